/** What an invocation's context says; the launcher adds what only it can know. Names as on the platform. */
export interface ContextFields {
  request_id: string
  function_name: string
  namespace: string
  tencentcloud_region: string
  time_limit_in_ms: number
  memory_limit_in_mb: number
}

/** Runtime → instance: run once. */
export interface InvokeMessage {
  /** JSON text: a function never shares an object with its caller. */
  event: string
  /** The environment variables of this invocation; those of the one before it go. */
  variables: Record<string, string>
  context: ContextFields
}

/** An error, as far as it can travel. */
export interface ErrorReport {
  message: string
  stack?: string
}

/** Instance → runtime. */
export type InstanceMessage =
  /** The code is loaded, `main` is called now: the time-out starts. */
  | { kind: 'started' }
  | { kind: 'returned'; json: string }
  | { kind: 'threw'; error: ErrorReport }
  /** Nobody caught an error: the process ends. */
  | { kind: 'crashed'; error: ErrorReport }
