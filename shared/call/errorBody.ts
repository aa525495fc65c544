import type { CallError, ErrorCode, UpstreamDetail } from './errors'
import type { Language } from './text'

/** An error as it travels to a caller. */
export interface ErrorBody {
  code: ErrorCode
  /** What a person should do next. */
  message: string
  /** Whether the same call may succeed later as it is. */
  retryable: boolean
  /** For INVALID_ARGUMENT: which input keys, and what they may be. */
  fields?: { path: string; message: string }[]
  /** What the upstream itself said. */
  upstream?: UpstreamDetail
}

/** Whose language it is told in, and whose credentials are blotted out: a call, or as much of it. */
interface Told {
  language: Language
  environment: { blot(text: string): string }
}

export function errorBody(error: CallError, { language, environment }: Told): ErrorBody {
  return {
    code: error.code,
    message: error.text[language],
    retryable: error.retryable,
    ...(error.fields && {
      fields: error.fields.map(({ path, message }) => ({ path, message: message[language] })),
    }),
    ...(error.upstream && { upstream: { ...error.upstream, message: environment.blot(error.upstream.message) } }),
  }
}
