import type { Sessions } from '../sessions'
import type { Stream } from './instanceProcess'
import type { Limits } from './limits'

/** One line that a function wrote. After an answer, lines still belong to the request that was answered last. */
export interface FunctionLog {
  functionName: string
  requestId: string
  stream: Stream
  line: string
}

export interface RuntimeOptions {
  /** Holds `<name>/index.js` and `<name>/config.json`. */
  functionsDirectory: string
  /** The launcher, `instance.ts`, compiled to one CommonJS file. */
  instanceScript: string
  /** Where wx-server-sdk posts to: `http://127.0.0.1:PORT/admin`. */
  gatewayUrl: string
  sessions: Sessions
  /** The variables that the functions' owner configured: credentials, base URLs. */
  environment: Record<string, string>
  appid: string
  envId: string
  /** The platform's clock, for what it tells the functions. Time-outs are real time. */
  now(): number
  onLog?: (line: FunctionLog) => void
  limits?: Partial<Limits>
  perFunction?: Record<string, Partial<Limits>>
}
