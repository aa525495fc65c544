import { type Text, text } from './text'

/** Every way a call can end badly; design: one list for the whole bundle. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'PERMISSION_DENIED'
  | 'NOT_CONFIGURED'
  | 'NOT_FOUND'
  | 'NOT_APPLICABLE'
  | 'RATE_LIMITED'
  | 'UPSTREAM_REJECTED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_CHANGED'
  | 'DEADLINE_EXCEEDED'
  | 'CONFLICT'
  | 'INTERNAL'

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'CONFLICT',
])

export interface FieldProblem {
  /** The input key, for example `accounts.3.bizId`. */
  path: string
  message: Text
}

export type Provider = 'wechat' | 'tencent' | 'huawei'

/** What the upstream itself said. */
export interface UpstreamDetail {
  provider: Provider
  code: string
  message: string
  requestId?: string
}

export interface CallErrorDetail {
  fields?: FieldProblem[]
  upstream?: UpstreamDetail
  cause?: unknown
}

/** Thrown when a call cannot give its result; becomes the `error` of the result envelope. */
export class CallError extends Error {
  readonly code: ErrorCode
  /** What a person should do next. */
  readonly text: Text
  readonly fields: FieldProblem[] | undefined
  readonly upstream: UpstreamDetail | undefined

  constructor(code: ErrorCode, text: Text, detail: CallErrorDetail = {}) {
    super(`${code}: ${text.en}`, { cause: detail.cause })
    this.name = 'CallError'
    this.code = code
    this.text = text
    this.fields = detail.fields
    this.upstream = detail.upstream
  }

  /** Whether the same call may succeed later without a change by the caller. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code)
  }
}

/** The caller's input is wrong; `fields` says where and what is allowed. */
export function invalidArgument(fields: FieldProblem[]): CallError {
  const paths = fields.map(field => field.path || 'event').join(', ')
  return new CallError(
    'INVALID_ARGUMENT',
    text(`输入有误，请改正：${paths}。`, `The input is not valid. Correct: ${paths}.`),
    { fields },
  )
}
