import type { Agent, IncomingHttpHeaders } from 'node:http'
import type https from 'node:https'

export type Protocol = 'http:' | 'https:'

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** More than any documented answer; a larger one is not read to its end. */
const LONGEST_ANSWER = 4 * 1024 * 1024

export class AnswerTooLong extends Error {
  constructor() {
    super(`answer: longer than ${LONGEST_ANSWER} bytes`)
  }
}

interface Transport {
  request: typeof https.request
  agent: Agent
}

const transports = new Map<Protocol, Transport>()

/** Node's module and one keep-alive agent for the life of the instance; loaded on first use, TLS costs milliseconds. */
function transportFor(protocol: Protocol): Transport {
  const known = transports.get(protocol)
  if (known) return known
  const { request, Agent }: typeof https = protocol === 'http:' ? require('node:http') : require('node:https')
  const transport = { request, agent: new Agent({ keepAlive: true }) }
  transports.set(protocol, transport)
  return transport
}

/**
 * Sends one request over a kept-alive connection and reads the answer whole, whatever its status. Rejects with Node's
 * error when the network fails or the body is cut off, with the signal's reason, or with AnswerTooLong.
 *
 * node:http rather than fetch: a first fetch costs an instance about 20 ms, and fetch can neither take the 16 KB headers
 * of IAM tokens nor keep the production Host header while the socket goes elsewhere.
 */
export function exchange(
  protocol: Protocol,
  options: https.RequestOptions,
  body: string | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { request, agent } = transportFor(protocol)
  return new Promise((resolve, reject) => {
    // By hand: the option `signal` would cost a cold start another module.
    const onAbort = () => outgoing.destroy(signal.reason)
    const outgoing = request({ agent, ...options }, incoming => {
      const chunks: Buffer[] = []
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        chunks.push(chunk)
        if (length > LONGEST_ANSWER) outgoing.destroy(new AnswerTooLong())
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        // From here on the connection is free for others: an abort must not end it.
        signal.removeEventListener('abort', onAbort)
        const { statusCode: status = 0, headers } = incoming
        resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') })
      })
    })
    outgoing.on('error', reject)
    signal.addEventListener('abort', onAbort, { once: true })
    outgoing.on('close', () => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else outgoing.end(body)
  })
}
