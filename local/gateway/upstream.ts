import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Refusal } from './refusal'

/** The production host: an override of the URL changes where the socket goes and nothing else. */
const HOST = 'api.weixin.qq.com'

/** Below wx-server-sdk's 15 s, so that a function hears of it in order. */
const TIMEOUT_MS = 10_000

export interface Upstream {
  /** Sends one request and answers the JSON object it got, as it came. Throws a Refusal when there is none. */
  send(method: 'GET' | 'POST', path: string, body?: string): Promise<Answer>
}

export interface Answer {
  text: Buffer
  body: Record<string, unknown>
}

/** The WeChat API behind the URL. */
export function wechatUpstream(url: string): Upstream {
  const base = new URL(url)
  const open = base.protocol === 'https:' ? requestHttps : requestHttp
  return {
    async send(method, path, body) {
      const { status, text } = await exchange(open, body, {
        host: base.hostname,
        port: base.port,
        ...(base.protocol === 'https:' && { servername: base.hostname }),
        method,
        path,
        headers: {
          host: HOST,
          ...(body !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (status !== 200) throw systemError(`the WeChat API answered HTTP ${status}`)
      return { text, body: jsonObject(text) }
    },
  }
}

/** The platform's code for trouble behind it. */
export function systemError(message: string): Refusal {
  return new Refusal('SYS_ERR', message)
}

function exchange(
  open: typeof requestHttp,
  body: string | undefined,
  options: RequestOptions,
): Promise<{ status: number; text: Buffer }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(systemError(`the WeChat API cannot be reached: ${error.message}`))
    const outgoing = open(options, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', fail)
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks) }))
    })
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

function jsonObject(text: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below, with what is not JSON at all.
  }
  throw systemError('the WeChat API answered something that is not a JSON object')
}
