/** What the platform allows one function. */
export interface Limits {
  timeoutMs: number
  /** For loading the code at a cold start, which the platform does not count as run time. */
  initMs: number
  memoryMb: number
  /** Invocations at the same time; more than that wait. */
  maxInstances: number
  /** How long an instance stays warm without work. */
  idleMs: number
}

/** WeChat's defaults for a function whose owner set nothing; SCF's for the loading of its code. */
export const DEFAULT_LIMITS: Limits = {
  timeoutMs: 3000,
  initMs: 65_000,
  memoryMb: 256,
  maxInstances: 10,
  idleMs: 300_000,
}
