/** How late a slot may still be used. Saved up for longer, unused slots would add up to a burst. */
export const LATEST_MS = 200
/** Slots further ahead than anyone may reserve: the clock was set back since. */
const IMPOSSIBLY_FAR_MS = 60_000
const FIRST_BLOCK = 10
const LONGEST_BLOCK_MS = 2000

/** The slots that this instance holds for one account and API: the instants at which one call each may go out. */
export class PaceSlots {
  /** The next one last. */
  private readonly slots: number[] = []
  private block = 0
  private used = 0

  constructor(private readonly perSecond: number) {}

  /** The next slot, from now on the caller's own; undefined when there is none left. */
  take(now: number): number | undefined {
    let slot = this.slots.pop()
    while (slot !== undefined && (isPast(slot, now) || slot > now + IMPOSSIBLY_FAR_MS)) slot = this.slots.pop()
    if (slot !== undefined) this.used += 1
    return slot
  }

  /** For another caller: this one has gone away before its time. */
  giveBack(slot: number): void {
    this.used -= 1
    this.slots.push(slot)
    this.slots.sort((a, b) => b - a)
  }

  /**
   * How many to reserve at once: more while all are used up, fewer when they are not; at most two seconds' worth, and no
   * more than begin in the time that is left.
   */
  nextBlock(waiting: number, leftMs: number): number {
    const first = Math.min(FIRST_BLOCK, this.perSecond)
    const wanted = this.used < this.block ? this.used : this.block * 2
    const most = (this.perSecond * Math.min(LONGEST_BLOCK_MS, leftMs)) / 1000
    return Math.max(1, Math.floor(Math.min(most, Math.max(first, wanted, waiting))))
  }

  /** Takes in a block that was reserved. */
  add(start: number, count: number): void {
    for (let index = 0; index < count; index += 1) this.slots.push(start + this.length(index))
    this.slots.sort((a, b) => b - a)
    this.block = count
    this.used = 0
  }

  /** How long so many slots last, in ms. */
  length(count: number): number {
    return (count * 1000) / this.perSecond
  }
}

/** Whether it is too late to use this slot. */
export function isPast(slot: number, now: number): boolean {
  return slot < now - LATEST_MS
}
