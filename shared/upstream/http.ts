import type { CallError, Provider } from '../call'
import type { Endpoint } from './endpoint'
import { AnswerTooLong, exchange, type HttpAnswer } from './exchange'
import { changed, unavailable } from './failure'

export type { HttpAnswer }

export interface HttpRequest {
  provider: Provider
  endpoint: Endpoint
  method: 'GET' | 'POST'
  /** Path and query. Never logged: it may hold a token. */
  path: string
  headers?: Record<string, string>
  body?: string
  signal: AbortSignal
}

/**
 * Sends one request and reads the answer whole, whatever its status. Throws UPSTREAM_UNAVAILABLE when the network fails
 * or the body is cut off, UPSTREAM_CHANGED when the body is larger than any answer could be.
 */
export async function sendHttp(request: HttpRequest): Promise<HttpAnswer> {
  const { provider, endpoint, method, path, headers, body, signal } = request
  const { protocol, host, hostname, port, servername } = endpoint
  const length = body !== undefined && { 'content-length': Buffer.byteLength(body) }
  const options = {
    host: hostname,
    port,
    servername,
    method,
    path,
    headers: { host, ...headers, ...length },
    // IAM tokens of some accounts exceed Node's 16 KB.
    maxHeaderSize: 65_536,
  }
  try {
    return await exchange(protocol, options, body, signal)
  } catch (error) {
    if (error instanceof AnswerTooLong) throw changed(provider, error.message)
    throw networkFailure(provider, error)
  }
}

export function networkFailure(provider: Provider, error: unknown): CallError {
  const code = (error as NodeJS.ErrnoException).code ?? 'NETWORK'
  return unavailable({ provider, code, message: 'the connection failed' }, error)
}

/** The body as JSON. Throws UPSTREAM_CHANGED when it is something else, for example an HTML page. */
export function parseJson(body: string, provider: Provider, requestId?: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw changed(provider, 'answer: expected JSON', requestId)
  }
}
