import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Call, type Clock, environmentFrom, newTally, startDeadline, systemClock } from '../../call'

export interface ReceivedRequest {
  action: string
  parameters: Record<string, unknown>
  headers: IncomingHttpHeaders
}

/** Writes an answer, or fails to. */
export type Answer = (response: ServerResponse) => void

export interface FakeTencent {
  url: string
  requests: ReceivedRequest[]
  /** How many connections were made. */
  connections(): number
  close(): Promise<void>
}

const REQUEST_ID = 'fake-request-id'

/** A server that answers as `answerTo` says; it checks nothing. */
export async function startFakeTencent(answerTo: (request: ReceivedRequest) => Answer): Promise<FakeTencent> {
  const requests: ReceivedRequest[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const parameters = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      const received = { action: String(request.headers['x-tc-action']), parameters, headers: request.headers }
      requests.push(received)
      answerTo(received)(response)
    })
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function answer(content: object): Answer {
  return json({ Response: { ...content, RequestId: REQUEST_ID } })
}

/** One of the API's error codes. */
export function refuse(Code: string, Message = 'refused by the test'): Answer {
  return json({ Response: { Error: { Code, Message }, RequestId: REQUEST_ID } })
}

export function json(body: unknown): Answer {
  return response => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** An HTML page. */
export function page(status: number): Answer {
  return response => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>busy</html>')
}

/** Half of what was promised, then the end of the connection. */
export function cut(response: ServerResponse): void {
  const body = JSON.stringify({ Response: { RequestId: REQUEST_ID } })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.write(body.slice(0, body.length / 2), () => response.socket?.destroy())
}

/** The same without a promised length. */
export function cutChunked(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"Response":', () => response.socket?.destroy())
}

export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

/** Closes the connection in an orderly way, without an answer. */
export function hangUp(response: ServerResponse): void {
  response.socket?.end()
}

export function hang(): void {
  // No answer, ever.
}

/** A clock that stands still until it is told to move on. */
export interface ManualClock extends Clock {
  advance(ms: number): void
}

export function manualClock(): ManualClock {
  let now = Date.UTC(2026, 10, 21)
  const sleepers = new Set<{ until: number; wake: () => void }>()
  return {
    now: () => now,
    random: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms <= 0) return resolve()
        const sleeper = { until: now + ms, wake: resolve }
        sleepers.add(sleeper)
        const stop = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        if (signal?.aborted) stop()
        signal?.addEventListener('abort', stop, { once: true })
      }),
    after(ms, run) {
      const sleeper = { until: now + ms, wake: run }
      sleepers.add(sleeper)
      return () => sleepers.delete(sleeper)
    },
    advance(ms) {
      now += ms
      for (const sleeper of sleepers) {
        if (sleeper.until > now) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
  }
}

/** The system's time, and retries without delay. */
export const hastyClock: Clock = { ...systemClock, random: () => 0 }

export const SECRETS = { TENCENT_SECRET_ID: 'AKIDfake0123456789', TENCENT_SECRET_KEY: 'fakeSecretKey0123456789' }

export interface TestCall extends Call {
  lines: { event: string; fields: object }[]
}

/** An invocation with these variables, beside credentials and a pace that holds nothing up. */
export function callWith(variables: NodeJS.ProcessEnv, clock: Clock = hastyClock, budgetMs = 20_000): TestCall {
  const lines: TestCall['lines'] = []
  return {
    requestId: 'test',
    clock,
    deadline: startDeadline(budgetMs, clock),
    environment: environmentFrom({ ...SECRETS, TENCENT_REQUESTS_PER_SECOND: '1000', ...variables }),
    log: (event, fields) => lines.push({ event, fields }),
    language: 'en',
    tally: newTally(),
    lines,
  }
}
