import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { CloudExchange } from '../../local/cloud'
import type { Fault } from '../../local/http/faults'
import { agedSnapshot, makeSweepWorld, type Snapshot, type SweepWorld, settledState } from '../support/sweepWorld'

/** A lease outlives its invocation by no more than this. */
const LEASE_SLACK_MS = 4000
const TIMEOUT_MS = 20_000

describe.each([
  ['an ordinary sweep', false],
  ['the first sweep of a day', true],
])('%s', (_, marks) => {
  let world: SweepWorld
  let aged: Snapshot
  let undisturbed: ReturnType<typeof settledState>
  /** Exchanges of an undisturbed sweep. */
  let exchanges = 0

  beforeAll(async () => {
    world = await makeSweepWorld()
    await world.beat()
    aged = agedSnapshot(world.save(), { marks })
    exchanges = await countExchanges()
    if (!marks) await finishSearch()
    undisturbed = settledState(world)
  }, 30_000)

  afterAll(() => world.close())

  async function countExchanges(): Promise<number> {
    let count = 0
    world.restore(aged)
    world.onExchange = ({ phase }) => {
      if (phase === 'before') count++
    }
    expect(await world.beat()).toMatchObject({ ok: true, result: { ok: true, data: { failed: 0 } } })
    world.onExchange = undefined
    return count
  }

  /** An ordinary sweep that misses a meter is followed by one that marks what it sees. */
  async function finishSearch(): Promise<void> {
    world.makeDue()
    expect(await world.beat()).toMatchObject({ ok: true, result: { ok: true, data: { failed: 0 } } })
  }

  /** A sweep to which this happens at one exchange, and then those that come after it, undisturbed. */
  async function disturb(index: number, phase: CloudExchange['phase'], what: (at: CloudExchange) => unknown) {
    world.restore(aged)
    let count = 0
    let broken: unknown
    world.onExchange = async exchange => {
      if (exchange.phase !== phase || count++ !== index) return
      try {
        await what(exchange)
      } catch (error) {
        // Thrown from here, it would only be a server's error to the function.
        broken = error
      }
    }
    const startedAt = Date.now()
    const outcome = await world.beat()
    world.onExchange = undefined
    if (broken) throw broken
    for (const { dueAt, holder } of world.documents('yl_connections')) {
      if (holder !== null) expect(dueAt).toBeLessThanOrEqual(startedAt + TIMEOUT_MS + LEASE_SLACK_MS)
    }
    world.makeDue()
    const next = await world.beat()
    expect(next).toMatchObject({ ok: true, result: { ok: true, data: { failed: 0 } } })
    await finishSearch()
    return { outcome, next }
  }

  it('counts every meter of a connection once, the missing ones too', () => {
    const { connections, meters } = undisturbed
    const counted = connections.map(({ _id, counts }) => {
      return [_id, Object.values(counts as Record<string, number>).reduce((sum, count) => sum + count, 0)]
    })
    const kept = connections.map(({ _id }) => {
      return [_id, meters.filter(meter => 'connection' in meter && meter.connection === _id).length]
    })
    expect(meters.some(({ isMissing }) => isMissing)).toBe(true)
    expect(counted).toEqual(kept)
  })

  it('comes to the same after its process is killed at any exchange, before or after that', async () => {
    for (let index = 0; index < exchanges; index++) {
      for (const phase of ['before', 'after'] as const) {
        const { outcome } = await disturb(index, phase, async ({ gone }) => {
          const victim = world.cloud.runtime.instances().find(({ requestId }) => requestId !== undefined)
          // Process 0 would be all of this test's own group.
          if (!victim?.pid) throw new Error('no process works on a request')
          process.kill(victim.pid, 'SIGKILL')
          await gone()
        })
        expect({ index, phase, outcome }).toMatchObject({ outcome: { ok: false, code: 'FUNCTION_EXITED' } })
        expect({ index, phase, ...settledState(world) }).toEqual({ index, phase, ...undisturbed })
      }
    }
    // Both sweeps together: 200 places at which to die.
    expect(2 * exchanges).toBeGreaterThanOrEqual(100)
  }, 300_000)

  const FAULTS: Fault[] = [{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'lost' }, { kind: 'html' }]

  it.each(FAULTS)(
    'comes to the same after any exchange met $kind',
    async fault => {
      for (let index = 0; index < exchanges; index++) {
        const { outcome } = await disturb(index, 'before', ({ api }) => world.cloud.faults.add(api, fault, 1))
        // It gives an orderly answer, whatever happened.
        expect({ index, outcome }).toMatchObject({ outcome: { ok: true } })
        expect({ index, ...settledState(world) }).toEqual({ index, ...undisturbed })
      }
    },
    120_000,
  )
})
