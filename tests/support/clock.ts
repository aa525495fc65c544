import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../shared/call'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Every sleep that was asked for, in ms, in order. */
  readonly sleeps: number[]
  /** How many are asleep now. */
  readonly sleeping: number
  /** Moves time on, waking whoever is due on the way, in order. */
  advance(ms: number): Promise<void>
  /** Moves time on from sleeper to sleeper until the work has settled; its outcome. */
  finish<T>(work: Promise<T>): Promise<T>
}

export interface FakeClockOptions {
  now?: number
  /** 0 unless given: full jitter then waits no time at all. */
  random?: () => number
}

/** A real instant: an epoch of 0 would hide mistakes. */
export const NOON = Date.UTC(2026, 10, 20, 12)

interface Sleeper {
  at: number
  wake(): void
}

export function fakeClock({ now = NOON, random = () => 0 }: FakeClockOptions = {}): FakeClock {
  let time = now
  const sleepers = new Set<Sleeper>()
  const sleeps: number[] = []

  /** The sleeper who is due first, of several the one who came first. */
  const next = () => [...sleepers].sort((a, b) => a.at - b.at)[0]
  const rouse = (sleeper: Sleeper) => {
    time = Math.max(time, sleeper.at)
    sleepers.delete(sleeper)
    sleeper.wake()
  }

  return {
    sleeps,
    get sleeping() {
      return sleepers.size
    },
    now: () => time,
    random,
    sleep(ms, signal) {
      sleeps.push(ms)
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (ms <= 0) return resolve()
        const sleeper = { at: time + ms, wake }
        function wake() {
          signal?.removeEventListener('abort', cancel)
          resolve()
        }
        function cancel() {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', cancel)
      })
    },
    after(ms, run) {
      sleeps.push(ms)
      const sleeper = { at: time + ms, wake: run }
      sleepers.add(sleeper)
      return () => sleepers.delete(sleeper)
    },
    async advance(ms) {
      const until = time + ms
      await turn()
      for (let due = next(); due && due.at <= until; due = next()) {
        rouse(due)
        await turn()
      }
      time = until
      await turn()
    },
    async finish(work) {
      let settled = false
      const end = () => {
        settled = true
      }
      work.then(end, end)
      await turn()
      while (!settled) {
        const due = next()
        if (due) rouse(due)
        await turn()
      }
      return work
    },
  }
}
