const SECOND = 1_000

/** At most so many calls in any one second, counted for each key; refused calls do not count. */
export class SlidingWindow {
  private readonly accepted = new Map<string, number[]>()

  constructor(private readonly perSecond: number) {}

  /** Counts the call and returns true, or returns false when the last second is full. */
  admit(key: string, now: number): boolean {
    const recent = (this.accepted.get(key) ?? []).filter(at => at > now - SECOND)
    const admitted = recent.length < this.perSecond
    if (admitted) recent.push(now)
    this.accepted.set(key, recent)
    return admitted
  }
}
