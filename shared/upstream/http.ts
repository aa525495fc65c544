import type { Agent, IncomingHttpHeaders } from 'node:http'
import type https from 'node:https'
import type { CallError, Provider } from '../call'
import type { Endpoint } from './endpoint'
import { changed, unavailable } from './failure'

/** More than any documented answer; a larger one is not read to its end. */
const LONGEST_ANSWER = 4 * 1024 * 1024

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

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

interface Transport {
  request: typeof https.request
  agent: Agent
}

const transports = new Map<Endpoint['protocol'], Transport>()

/** Node's module and one keep-alive agent for the life of the instance; loaded on first use, TLS costs milliseconds. */
function transportFor(protocol: Endpoint['protocol']): Transport {
  const known = transports.get(protocol)
  if (known) return known
  const { request, Agent }: typeof https = protocol === 'http:' ? require('node:http') : require('node:https')
  const transport = { request, agent: new Agent({ keepAlive: true }) }
  transports.set(protocol, transport)
  return transport
}

/**
 * Sends one request and reads the answer whole, whatever its status. Throws UPSTREAM_UNAVAILABLE when the network fails
 * or the body is cut off, UPSTREAM_CHANGED when the body is larger than any answer could be.
 *
 * node:http rather than fetch: a first fetch costs an instance about 20 ms, and fetch can neither take the 16 KB headers
 * of IAM tokens nor keep the production Host header while the socket goes elsewhere.
 */
export function sendHttp(request: HttpRequest): Promise<HttpAnswer> {
  const { provider, endpoint, method, path, headers, body, signal } = request
  const { request: open, agent } = transportFor(endpoint.protocol)
  const options: https.RequestOptions = {
    host: endpoint.hostname,
    port: endpoint.port,
    servername: endpoint.servername,
    method,
    path,
    headers: {
      host: endpoint.host,
      ...headers,
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    },
    agent,
    // IAM tokens of some accounts exceed Node's 16 KB.
    maxHeaderSize: 65_536,
  }
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(networkFailure(provider, error))
    const outgoing = open(options, incoming => {
      const chunks: Buffer[] = []
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        chunks.push(chunk)
        if (length > LONGEST_ANSWER) {
          reject(changed(provider, `answer: longer than ${LONGEST_ANSWER} bytes`))
          outgoing.destroy()
        }
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    outgoing.on('error', fail)
    // By hand: the option `signal` would cost a cold start another module.
    const onAbort = () => outgoing.destroy(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    outgoing.on('close', () => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else outgoing.end(body)
  })
}

export function networkFailure(provider: Provider, error: Error): CallError {
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
