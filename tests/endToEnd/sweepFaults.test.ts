import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Fault } from '../../local/http/faults'
import { type Disturbance, prepareDisturbance } from '../support/disturbance'
import { settledState } from '../support/sweepWorld'

describe.each([
  ['an ordinary sweep', false],
  ['the first sweep of a day', true],
])('%s', (_, marks) => {
  let sweep: Disturbance

  beforeAll(async () => {
    sweep = await prepareDisturbance({ marks })
  }, 30_000)

  afterAll(() => sweep.world.close())

  it('counts every meter of a connection once, the missing ones too', () => {
    const { connections, meters } = sweep.undisturbed
    const counted = connections.map(({ _id, counts }) => {
      return [_id, Object.values(counts as Record<string, number>).reduce((sum, count) => sum + count, 0)]
    })
    const kept = connections.map(({ _id }) => {
      return [_id, meters.filter(meter => 'connection' in meter && meter.connection === _id).length]
    })
    expect(meters.some(({ isMissing }) => isMissing)).toBe(true)
    expect(counted).toEqual(kept)
  })

  const FAULTS: Fault[] = [{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'lost' }, { kind: 'html' }]

  it.each(FAULTS)(
    'comes to the same after any exchange met $kind',
    async fault => {
      const { world, exchanges, undisturbed, disturb } = sweep
      for (let index = 0; index < exchanges; index++) {
        const outcome = await disturb(index, 'before', ({ api }) => world.cloud.faults.add(api, fault, 1))
        // It gives an orderly answer, whatever happened.
        expect({ index, outcome }).toMatchObject({ outcome: { ok: true } })
        expect({ index, ...settledState(world) }).toEqual({ index, ...undisturbed })
      }
    },
    120_000,
  )
})
