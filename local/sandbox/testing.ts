import { createHash, createHmac } from 'node:crypto'
import { type IncomingHttpHeaders, request as open } from 'node:http'
import type { Exchange } from '../http/server'

/** 2026-11-20 20:00 in Shanghai, a Friday. */
export const NOON = Date.UTC(2026, 10, 20, 12)

export interface Ask {
  host: string
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

export interface Answer<Json> {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  json: Json
}

/** Sends one request to the sandbox under a production Host. */
export function ask<Json = unknown>(port: number, request: Ask): Promise<Answer<Json>> {
  const { host, path, method = 'GET', headers = {}, body = '' } = request
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers: { host, ...headers }, agent: false }
    const outgoing = open(options, async incoming => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const whole = Buffer.concat(chunks)
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: whole, json: parse(whole) as Json })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A request as the server hands it to a verifier. */
export function exchangeOf({ host, path, method = 'GET', headers = {}, body = '' }: Ask): Exchange {
  return {
    method,
    host,
    url: new URL(path, `http://${host}`),
    headers: { host, ...headers },
    body: Buffer.from(body),
  }
}

/** Huawei's Authorization for a GET without query; signs every header, or those that are named. */
export function signHuawei(ask: Ask, accessKey: string, secretKey: string, only?: string[]): Ask {
  const headers: Record<string, string> = { ...ask.headers }
  const all: Record<string, string> = { host: ask.host, ...headers }
  const names = only ?? Object.keys(all).sort()
  const lines = names.map(name => `${name}:${all[name]}\n`).join('')
  const canonical = `GET\n${ask.path}/\n\n${lines}\n${names.join(';')}\n${sha256('')}`
  const text = `SDK-HMAC-SHA256\n${all['x-sdk-date']}\n${sha256(canonical)}`
  const signature = createHmac('sha256', secretKey).update(text).digest('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...ask, headers: { ...headers, authorization } }
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
