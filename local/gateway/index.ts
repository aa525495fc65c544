import type { FaultPlan } from '../http/faults'
import { type HttpServer, type Router, serve, type Watch } from '../http/server'
import type { Session } from '../sessions'
import { AccessTokens } from './accessToken'
import { routeAdmin } from './admin'
import { failure } from './answer'
import { Database, openStore, type Store } from './database'
import type { Invoke } from './functions'
import { FILES_PATH, Storage } from './storage'
import { wechatUpstream } from './upstream'

export interface GatewayOptions {
  /** Folder of the database and of uploaded files. Without one they end with the gateway. */
  dataDirectory?: string
  /** Where cloud calls go on to: `https://api.weixin.qq.com`, or a sandbox. Only the socket follows it, never the Host. */
  wechatApiUrl: string
  wechatAppId: string
  wechatAppSecret: string
  /** Who may ask: the tokens of running invocations. */
  sessions: { find(token: string): Session | undefined }
  /** The openapi names that the function's config.json declares. */
  permissions(functionName: string): readonly string[]
  invoke: Invoke
  now(): number
  port?: number
  faults?: FaultPlan
  onCall?: (api: string) => void
  onExchange?: Watch
}

export interface Gateway {
  /** The value for `TCB_CONTEXT_CNFG`'s URL. */
  url: string
  port: number
  /** The same database that the functions see, for setting up and looking in. */
  database: Database
  /** How often each action or cloud call was asked for since the start, for example `database.getDocument`. */
  readonly counts: ReadonlyMap<string, number>
  /** Ends at once, hanging requests included. */
  close(): Promise<void>
}

/** Starts the endpoint that the real wx-server-sdk talks to when `TCB_CONTEXT_CNFG={"URL":"<url>"}`. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const store = openStore(options.dataDirectory)
  try {
    return await startOn(store, options)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function startOn(store: Store, options: GatewayOptions): Promise<Gateway> {
  const { sessions, permissions, invoke, now } = options
  const database = new Database(store, now)
  let server: HttpServer | undefined
  const storage = new Storage(store, () => server?.url ?? '')
  const upstream = wechatUpstream(options.wechatApiUrl)
  const tokens = new AccessTokens({ upstream, appId: options.wechatAppId, secret: options.wechatAppSecret, now })
  const admin = { sessions, database, storage, invoke, openApi: { upstream, tokens, permissions } }
  const route: Router = exchange => {
    const { method, url } = exchange
    if (url.pathname.startsWith(FILES_PATH)) return storage.serve(exchange)
    if (method === 'POST' && url.pathname === '/admin') return routeAdmin(admin, exchange)
    return { ...failure('INVALID_PARAM', `unknown path: ${method} ${url.pathname}`), status: 404 }
  }
  const counts = new Map<string, number>()
  const { port, faults, onCall, onExchange } = options
  const running = await serve(route, {
    ...(port !== undefined && { port }),
    ...(faults && { faults }),
    ...(onExchange && { onExchange }),
    onCall: api => {
      counts.set(api, (counts.get(api) ?? 0) + 1)
      onCall?.(api)
    },
  })
  server = running
  return {
    url: `${running.url}/admin`,
    port: running.port,
    database,
    counts,
    close: async () => {
      await running.close()
      await database.close()
    },
  }
}
