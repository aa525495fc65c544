import type { ErrorBody } from '../call/errorBody'

/** What every function answers; it never throws to its caller. */
export type Result<T> = { ok: true; data: T; requestId: string } | { ok: false; error: ErrorBody; requestId: string }
