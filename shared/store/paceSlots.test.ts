import { describe, expect, it } from '@jest/globals'
import { NOON } from '../../tests/support/clock'
import { isPast, PaceSlots } from './paceSlots'

const LONG = 60_000

/** Reserves and uses up blocks; their sizes. */
function blocksOf(slots: PaceSlots, times: number): number[] {
  return Array.from({ length: times }, () => {
    const count = slots.nextBlock(1, LONG)
    slots.add(NOON, count)
    while (slots.take(NOON) !== undefined);
    return count
  })
}

describe('the slots of a pace', () => {
  it('are spaced evenly and each given once, in order', () => {
    const slots = new PaceSlots(4)
    slots.add(NOON, 3)
    expect([1, 2, 3, 4].map(() => slots.take(NOON))).toEqual([NOON, NOON + 250, NOON + 500, undefined])
    expect(slots.length(4)).toBe(1000)
  })

  it('may be used up to 200 ms late', () => {
    const slots = new PaceSlots(10)
    slots.add(NOON, 5)
    expect(slots.take(NOON + 300)).toBe(NOON + 100)
    expect(slots.take(NOON + 301)).toBe(NOON + 200)
    expect(slots.take(NOON + 501)).toBe(NOON + 400)
    expect([NOON, NOON + 200, NOON + 201, NOON - 5].map(now => isPast(NOON, now))).toEqual([false, false, true, false])
  })

  it('are all given up when the clock was set back by more than a minute', () => {
    const slots = new PaceSlots(10)
    slots.add(NOON, 5)
    expect(slots.take(NOON - 60_000)).toBe(NOON)
    expect(slots.take(NOON - 60_000)).toBeUndefined()
    expect(slots.take(NOON)).toBeUndefined()
  })

  it('that are given back are the next again', () => {
    const slots = new PaceSlots(10)
    slots.add(NOON, 3)
    const [first = 0, second = 0] = [slots.take(NOON), slots.take(NOON)]
    slots.giveBack(second)
    slots.giveBack(first)
    expect([1, 2, 3].map(() => slots.take(NOON))).toEqual([NOON, NOON + 100, NOON + 200])
  })
})

describe('a block', () => {
  it.each([
    [15, [10, 20, 30, 30]],
    [100, [10, 20, 40, 80, 160, 200, 200]],
    [3, [3, 6, 6]],
    [1, [1, 2, 2]],
    [0.5, [1, 1]],
  ])('at %p per second grows while it is used up, to two seconds’ worth: %p', (perSecond, sizes) => {
    expect(blocksOf(new PaceSlots(perSecond), sizes.length)).toEqual(sizes)
  })

  it('shrinks to what was used of the last one', () => {
    const slots = new PaceSlots(100)
    blocksOf(slots, 4)
    slots.add(NOON, 100)
    for (let n = 0; n < 25; n += 1) slots.take(NOON)
    expect(slots.nextBlock(1, LONG)).toBe(25)
  })

  it('is at least for all who wait, and no more than there is time for', () => {
    const slots = new PaceSlots(100)
    expect(slots.nextBlock(64, LONG)).toBe(64)
    expect(slots.nextBlock(1000, LONG)).toBe(200)
    expect(slots.nextBlock(1000, 300)).toBe(30)
    expect(slots.nextBlock(1000, 1)).toBe(1)
  })
})
