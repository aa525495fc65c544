import { expect } from '@jest/globals'
import type { CloudExchange } from '../../local/cloud'
import { agedSnapshot, makeSweepWorld, type SweepWorld, settledState } from './sweepWorld'

/** A lease outlives its invocation by no more than this. */
const LEASE_SLACK_MS = 4000
const TIMEOUT_MS = 20_000

/** A sweep with everything to do, to be disturbed at any of its exchanges. */
export interface Disturbance {
  world: SweepWorld
  /** Exchanges of an undisturbed sweep. */
  exchanges: number
  /** What the database says after that. */
  undisturbed: ReturnType<typeof settledState>
  /** A sweep to which this happens at one exchange, and then those that come after it, undisturbed; its outcome. */
  disturb(
    index: number,
    phase: CloudExchange['phase'],
    what: (at: CloudExchange) => unknown,
  ): ReturnType<SweepWorld['beat']>
}

export async function prepareDisturbance({ marks }: { marks: boolean }): Promise<Disturbance> {
  const world = await makeSweepWorld()
  await world.beat()
  const aged = agedSnapshot(world.save(), { marks })

  const sweepUndisturbed = async () => {
    expect(await world.beat()).toMatchObject({ ok: true, result: { ok: true, data: { failed: 0 } } })
  }
  /** An ordinary sweep that misses a meter is followed by one that marks what it sees. */
  const finishSearch = async () => {
    world.makeDue()
    await sweepUndisturbed()
  }

  let exchanges = 0
  world.restore(aged)
  world.onExchange = ({ phase }) => {
    if (phase === 'before') exchanges++
  }
  await sweepUndisturbed()
  world.onExchange = undefined
  if (!marks) await finishSearch()

  return {
    world,
    exchanges,
    undisturbed: settledState(world),
    async disturb(index, phase, what) {
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
      await sweepUndisturbed()
      await finishSearch()
      return outcome
    },
  }
}
