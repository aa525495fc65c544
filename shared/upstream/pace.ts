import type { Clock } from '../call'

export interface PaceOptions {
  perSecond: number
  /** How many may go at once before calls are spaced out. */
  burst: number
}

/** Spaces out calls. */
export interface Pace {
  /** Waits for this call's turn; rejects with the signal's reason without using the turn up when it aborts first. */
  turn(clock: Clock, signal: AbortSignal): Promise<void>
}

/**
 * The generic cell rate algorithm (ITU-T I.371): in any second at most `perSecond + burst` calls go out. One number of
 * state, so that instances can come to share it; a queue in memory could not be shared.
 */
export function createPace({ perSecond, burst }: PaceOptions): Pace {
  const interval = 1000 / perSecond
  let nextFree = 0
  let latest = 0
  return {
    async turn(clock, signal) {
      const now = clock.now()
      // A clock that was set back must not make everyone wait for the difference.
      if (now < latest) nextFree -= latest - now
      latest = now
      nextFree = Math.max(nextFree, now - (burst - 1) * interval) + interval
      const wait = nextFree - interval - now
      if (wait <= 0) return
      try {
        await clock.sleep(wait, signal)
      } catch (error) {
        nextFree -= interval
        throw error
      }
    },
  }
}
