import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Disturbance, prepareDisturbance } from '../support/disturbance'
import { settledState } from '../support/sweepWorld'

describe.each([
  // How many places to die at there must be at least: 200 in both together.
  ['an ordinary sweep', false, 80],
  ['the first sweep of a day', true, 120],
])('%s', (_, marks, least) => {
  let sweep: Disturbance

  beforeAll(async () => {
    sweep = await prepareDisturbance({ marks })
  }, 30_000)

  afterAll(() => sweep.world.close())

  it('comes to the same after its process is killed at any exchange, before or after that', async () => {
    const { world, exchanges, undisturbed, disturb } = sweep
    for (let index = 0; index < exchanges; index++) {
      for (const phase of ['before', 'after'] as const) {
        const outcome = await disturb(index, phase, async ({ gone }) => {
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
    expect(2 * exchanges).toBeGreaterThanOrEqual(least)
  }, 300_000)
})
