import type { Clock } from './clock'
import type { Deadline } from './deadline'
import type { Environment } from './environment'
import type { Log } from './log'
import type { Language } from './text'

/** What one invocation carries to everything it calls. */
export interface Call {
  requestId: string
  clock: Clock
  deadline: Deadline
  environment: Environment
  log: Log
  /** Of messages for people. */
  language: Language
}
