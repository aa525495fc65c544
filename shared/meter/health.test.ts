import { describe, expect, it } from '@jest/globals'
import { standingNow } from './health'

const MINUTE = 60_000
const completeAt = 1_763_700_000_000
const intervalMs = 10 * MINUTE
const later = (ms: number) => ({ completeAt, intervalMs, now: completeAt + ms })

describe('standingNow', () => {
  it.each(['current', 'failing'] as const)('turns %s into stale after three intervals and five minutes', stored => {
    expect(standingNow(stored, later(0))).toBe(stored)
    expect(standingNow(stored, later(35 * MINUTE))).toBe(stored)
    expect(standingNow(stored, later(35 * MINUTE + 1))).toBe('stale')
  })

  it('goes by the interval of the connection', () => {
    expect(standingNow('current', { ...later(185 * MINUTE), intervalMs: 60 * MINUTE })).toBe('current')
    expect(standingNow('current', { ...later(185 * MINUTE + 1), intervalMs: 60 * MINUTE })).toBe('stale')
  })

  it.each(['no-data', 'not-applicable', 'not-granted', 'stale'] as const)('leaves %s, however old', stored => {
    expect(standingNow(stored, later(0))).toBe(stored)
    expect(standingNow(stored, later(1000 * intervalMs))).toBe(stored)
  })

  it('says nothing of a connection that never completed a round', () => {
    expect(standingNow('failing', { ...later(1000 * intervalMs), completeAt: null })).toBe('failing')
    expect(standingNow('current', { ...later(1000 * intervalMs), completeAt: null })).toBe('current')
  })
})
