import { describe, expect, it } from '@jest/globals'
import { systemClock } from './clock'

describe('systemClock', () => {
  it('tells epoch milliseconds and chance', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000)
    const chance = systemClock.random()
    expect(chance).toBeGreaterThanOrEqual(0)
    expect(chance).toBeLessThan(1)
  })

  it('sleeps as long as asked', async () => {
    const before = performance.now()
    await systemClock.sleep(5)
    expect(performance.now() - before).toBeGreaterThanOrEqual(4)
  })

  it("rejects with the signal's own reason when it aborts, before or during sleep", async () => {
    const reason = new Error('enough')
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const sleep = systemClock.sleep(60_000, controller.signal)
    controller.abort(reason)
    await expect(sleep).rejects.toBe(reason)
  })
})
