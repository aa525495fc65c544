import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Caller, Outcome, Trigger } from './runtime'
import { openTimers, type Timers } from './timers'

/** 2026-11-20 20:00 in Shanghai, a Friday. */
const NOW = Date.UTC(2026, 10, 20, 12)

const done: Outcome = { ok: true, result: null, requestId: 'r', coldStart: false, ms: 1 }
let configs: Record<string, string>
let fired: { name: string; event: unknown; caller: Caller; at: number }[]
let ended: unknown[]
let answer: () => Promise<Outcome>
let timers: Timers

const runtime = {
  functionNames: () => Object.keys(configs),
  triggers: (name: string): Trigger[] => {
    const config = configs[name]
    return config === undefined || config === 'none' ? [] : [{ name: `${name}-timer`, config }]
  },
  invoke: (name: string, event: unknown, caller: Caller) => {
    fired.push({ name, event, caller, at: Date.now() })
    return answer()
  },
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW })
  configs = { sweep: '0 */10 * * * * *', idle: 'none' }
  fired = []
  ended = []
  answer = async () => done
  timers = openTimers({ runtime, onFired: (...firing) => ended.push(firing) })
})

afterEach(() => {
  timers.stop()
  jest.useRealTimers()
})

/** The next firings of this cron, in Shanghai's time. */
function firings(config: string, count: number): string[] {
  configs = { some: config }
  const found: string[] = []
  for (let turn = 0; turn < count; turn++) {
    const next = timers.next('some')
    found.push(new Date(next.getTime() + 8 * 3_600_000).toISOString().slice(0, 19))
    jest.setSystemTime(next)
  }
  return found
}

describe('a cron is what WeChat takes it for', () => {
  test.each([
    ['0 */10 * * * * *', ['2026-11-20T20:10:00', '2026-11-20T20:20:00']],
    ['30 5/20 * * * * *', ['2026-11-20T20:05:30', '2026-11-20T20:25:30', '2026-11-20T20:45:30', '2026-11-20T21:05:30']],
    ['0 0 2 1 * * *', ['2026-12-01T02:00:00', '2027-01-01T02:00:00']],
    ['0 0 9 * * MON-FRI *', ['2026-11-23T09:00:00', '2026-11-24T09:00:00']],
    ['0 0 9 * * SUN *', ['2026-11-22T09:00:00', '2026-11-29T09:00:00']],
    ['0 0 9 1,15 JAN-FEB * 2028', ['2028-01-01T09:00:00', '2028-01-15T09:00:00', '2028-02-01T09:00:00']],
  ])('%s', (config, expected) => {
    expect(firings(config, expected.length)).toEqual(expected)
  })

  test('with day and week both given, either of them is enough', () => {
    const either = ['2026-11-23T09:30:00', '2026-11-30T09:30:00', '2026-12-01T09:30:00', '2026-12-07T09:30:00']
    expect(firings('0 30 9 1 * MON *', 4)).toEqual(either)
  })

  test.each([
    ['*/10 * * * *', /seven fields/],
    ['0 * * * * *', /seven fields/],
    ['0 0 9 L * * *', /seven fields/],
    ['0 0 9 ? * MON *', /seven fields/],
    ['@daily', /seven fields/],
    ['0 0 9 * * 1 *', /Weekdays need names/],
    ['60 * * * * * *', /Invalid value for second/],
  ])('%s is refused', (config, message) => {
    configs = { some: config }
    expect(() => timers.next('some')).toThrow(message)
    expect(() => timers.start()).toThrow(message)
  })

  test.each([
    ['in the past', NOW - 3_600_000, '20:10:00'],
    ['a moment before the next', NOW + 599_999, '20:10:00'],
    ['the next itself', NOW + 600_000, '20:10:00'],
    ['a moment later', NOW + 600_001, '20:20:00'],
    ['far ahead', NOW + 86_400_000, '20:00:00'],
  ])('is due at the first time at or after an instant: %s', (_, after, expected) => {
    const next = timers.next('sweep', after)
    expect(next.getTime()).toBeGreaterThanOrEqual(Math.max(NOW + 1, after))
    expect(new Date(next.getTime() + 8 * 3_600_000).toISOString().slice(11, 19)).toBe(expected)
  })

  test('one that is over is told as such', () => {
    configs = { some: '0 0 9 * * * 2025' }
    expect(() => timers.next('some')).toThrow(/never fire again/)
  })
})

describe('timers', () => {
  test('fire by the clock once started, as the platform would', async () => {
    await jest.advanceTimersByTimeAsync(600_000)
    expect(fired).toEqual([])
    timers.start()
    await jest.advanceTimersByTimeAsync(1_200_000)
    const caller = { kind: 'timer', triggerName: 'sweep-timer' }
    expect(fired).toEqual([
      { name: 'sweep', event: undefined, caller, at: NOW + 1_200_000 },
      { name: 'sweep', event: undefined, caller, at: NOW + 1_800_000 },
    ])
    expect(ended).toEqual([
      ['sweep', done],
      ['sweep', done],
    ])
  })

  test('fire again while the last firing still runs', async () => {
    answer = () => new Promise(() => {})
    timers.start()
    await jest.advanceTimersByTimeAsync(1_800_000)
    expect(fired).toHaveLength(3)
    expect(ended).toEqual([])
  })

  test('fire once each however often they are started', async () => {
    timers.start()
    timers.start()
    await jest.advanceTimersByTimeAsync(600_000)
    expect(fired).toHaveLength(1)
  })

  test('stop for good', async () => {
    timers.start()
    timers.stop()
    await jest.advanceTimersByTimeAsync(3_600_000)
    expect(fired).toEqual([])
    expect(jest.getTimerCount()).toBe(0)
  })

  test('do not run at all when one of them is wrong', async () => {
    configs = { ...configs, wrong: '* * *' }
    expect(() => timers.start()).toThrow(/seven fields/)
    await jest.advanceTimersByTimeAsync(3_600_000)
    expect(fired).toEqual([])
  })

  test('fire by hand without being started', async () => {
    expect(await timers.fire('sweep')).toBe(done)
    expect(fired).toMatchObject([{ name: 'sweep', at: NOW }])
    expect(ended).toEqual([['sweep', done]])
    await expect(timers.fire('idle')).rejects.toThrow('idle has no timer')
  })

  test('keep no process alive', () => {
    jest.useRealTimers()
    const alive = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const before = alive()
    timers.start()
    expect(alive()).toBe(before)
  })
})
