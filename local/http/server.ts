import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Fault, FaultPlan } from './faults'

/** One request, read whole. */
export interface Exchange {
  method: string
  /** Path and query on the Host the client named. */
  url: URL
  /** The Host header without its port: what tells the upstreams apart. */
  host: string
  headers: IncomingMessage['headers']
  body: Buffer
}

export interface Reply {
  status: number
  headers?: Record<string, string>
  body: string | Buffer
}

/** What a router found: the API that is meant, and how it answers, well or badly, in its own format. */
export interface Route {
  /** The name that a fault plan uses, for example `DescribeOrgMemberAccountBalance`. */
  api: string
  answer(): Reply | Promise<Reply>
  /** The API's own error format for one of its documented codes. */
  refuse(code: string, message: string): Reply
  /** A well-formed success without the object that the documentation promises. */
  hollow(): Reply
}

export type Router = (exchange: Exchange) => Route | Reply | Promise<Route | Reply>

export interface HttpServer {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  url: string
  port: number
  /** Ends at once, hanging requests included. */
  close(): Promise<void>
}

/** An exchange as those hear of it who watch. */
export interface Watched {
  api: string
  /** `before`: routed, not yet carried out. `after`: carried out, the answer not yet sent. */
  phase: 'before' | 'after'
  /** Waits until the client's connection is closed, as when its process was killed. */
  gone(): Promise<void>
}

/** The exchange waits for it. One whose client is gone before it was carried out is never carried out. */
export type Watch = (exchange: Watched) => void | Promise<void>

export interface ServeOptions {
  port?: number
  faults?: FaultPlan
  /** Called with the API's name when a request has been routed, before any fault: counts calls in tests. */
  onCall?: (api: string) => void
  /** Told of every exchange that was routed: before any fault, and again after its work if a fault lets it come to that. */
  onExchange?: Watch
}

/** Serves a router on the loopback interface, with the faults that the plan asks for. */
export async function serve(route: Router, options: ServeOptions = {}): Promise<HttpServer> {
  const server = createServer((request, response) => {
    handle(route, options, request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(`local server error: ${error instanceof Error ? error.stack : String(error)}`)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(route: Router, options: ServeOptions, request: IncomingMessage, response: ServerResponse) {
  const exchange = await readExchange(request)
  const found = await route(exchange)
  if (!('api' in found)) return send(response, found)
  options.onCall?.(found.api)
  const watched = await watch(found, request.socket, options.onExchange)
  if (!watched) return
  const fault = options.faults?.take(found.api)
  if (fault) return applyFault(fault, watched, response)
  return send(response, await watched.answer())
}

/** The route, with its answer held up until the watcher has seen it; undefined when the client is gone already. */
async function watch(route: Route, socket: Socket, onExchange: Watch | undefined): Promise<Route | undefined> {
  if (!onExchange) return route
  const { api } = route
  const gone = async () => {
    if (!socket.destroyed) await new Promise<void>(resolve => socket.once('close', () => resolve()))
  }
  await onExchange({ api, phase: 'before', gone })
  if (socket.destroyed) return undefined
  return {
    api,
    refuse: (code, message) => route.refuse(code, message),
    hollow: () => route.hollow(),
    answer: async () => {
      const reply = await route.answer()
      await onExchange({ api, phase: 'after', gone })
      return reply
    },
  }
}

async function readExchange(request: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const authority = request.headers.host ?? '127.0.0.1'
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', `http://${authority}`),
    host: authority.replace(/:\d+$/, ''),
    headers: request.headers,
    body: Buffer.concat(chunks),
  }
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'content-length': Buffer.byteLength(reply.body), ...reply.headers })
  response.end(reply.body)
}

const PAGE = '<html><head><title>Bad gateway</title></head><body>upstream is busy</body></html>'

async function applyFault(fault: Fault, route: Route, response: ServerResponse): Promise<void> {
  switch (fault.kind) {
    case 'status':
      return send(response, { status: fault.status, headers: { 'content-type': 'text/html' }, body: PAGE })
    case 'html':
      return send(response, { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE })
    case 'hollow':
      return send(response, route.hollow())
    case 'error':
      return send(response, route.refuse(fault.code, fault.message ?? `simulated ${fault.code}`))
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'lost':
      await route.answer()
      response.socket?.resetAndDestroy()
      return
    case 'hang':
      return
    case 'cut': {
      const reply = await route.answer()
      const body = Buffer.from(reply.body)
      response.writeHead(reply.status, { 'content-length': body.length, ...reply.headers })
      response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.destroy())
      return
    }
    case 'late':
      await new Promise(resolve => setTimeout(resolve, fault.ms))
      return send(response, await route.answer())
  }
}
