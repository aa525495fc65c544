import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Gateway, startGateway } from './gateway'
import { FaultPlan } from './http/faults'
import type { Watch, Watched } from './http/server'
import { type Caller, createRuntime, type FunctionLog, type Limits, type Runtime } from './runtime'
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox'
import { Sessions } from './sessions'
import { openTimers, type Timers, type TimersOptions } from './timers'

export interface LocalCloudOptions {
  /** The project: its `dist` holds the built functions. */
  root: string
  /** Where the database lives. */
  dataDirectory: string
  now?: () => number
  /** Given by whoever wants to issue tokens of its own. */
  sessions?: Sessions
  onLog?: (line: FunctionLog) => void
  /** Variables of the functions, over the sandbox's credentials. */
  environment?: Record<string, string>
  limits?: Partial<Limits>
  /** Over `limits`, by function name. */
  perFunction?: Record<string, Partial<Limits>>
  /** Whether the functions' timers run by the clock. */
  timers?: boolean
  /** Called when a timer's firing has ended, a manual one too. */
  onFired?: TimersOptions['onFired']
  /**
   * Told of every exchange of functions with the gateway, and of functions or the gateway with the sandbox; the exchange
   * waits for it. One whose client is gone before it was carried out is never carried out: kill the process and await
   * `gone()`.
   */
  onExchange?: (exchange: CloudExchange) => void | Promise<void>
  scale?: SandboxOptions['scale']
  upstreamLimits?: SandboxOptions['limits']
}

export interface CloudExchange extends Watched {
  server: 'gateway' | 'sandbox'
}

/** A whole cloud on this machine: upstreams, gateway, and the built functions in their own processes. */
export interface LocalCloud {
  sandbox: Sandbox
  gateway: Gateway
  runtime: Runtime
  timers: Timers
  /** What goes wrong at the upstreams and at the gateway, for whoever wants to see it. */
  faults: FaultPlan
  /** The functions' variables as configured. */
  environment: Record<string, string>
  close(): Promise<void>
}

/** The OPENID of the local administrator. */
export const LOCAL_ADMIN = 'oLocalAdmin'
const ENV_ID = 'local'

/** 32 bytes that say what they are. */
const SANDBOX_KEY = Buffer.from('sandbox-not-a-real-key-000000000').toString('base64')
/** The APIs whose own daily allowance is watched. */
const API_PATHS = ['/wxa/queryquota', '/cgi-bin/express/business/quota/get']

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  // Of what has started so far, in that order.
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (let end = closers.pop(); end; end = closers.pop()) await end()
  }
  try {
    return { ...(await startParts(options, closers)), close }
  } catch (error) {
    // What still listened would keep the process alive.
    await close()
    throw error
  }
}

async function startParts(options: LocalCloudOptions, closers: (() => Promise<void>)[]) {
  const now = options.now ?? Date.now
  const faults = new FaultPlan()
  const sessions = options.sessions ?? new Sessions()
  const { scale, upstreamLimits: limits, onExchange } = options
  const watch = (server: CloudExchange['server']) => {
    if (!onExchange) return {}
    const watched: Watch = exchange => onExchange({ ...exchange, server })
    return { onExchange: watched }
  }
  mkdirSync(options.dataDirectory, { recursive: true })
  const sandbox = await startSandbox({
    now,
    faults,
    ...(scale && { scale }),
    ...(limits && { limits }),
    ...watch('sandbox'),
  })
  closers.push(sandbox.close)
  let runtime: Runtime | undefined
  const gateway = await startGateway({
    dataDirectory: options.dataDirectory,
    wechatApiUrl: sandbox.url,
    wechatAppId: sandbox.credentials.wechat.appid,
    wechatAppSecret: sandbox.credentials.wechat.appsecret,
    sessions,
    faults,
    now,
    ...watch('gateway'),
    permissions: name => runtime?.permissions(name) ?? [],
    invoke: async (name, event, { source, openid }) => {
      const caller: Caller = { kind: 'function', source, ...(openid !== undefined && { openid }) }
      const outcome = await runtime?.invoke(name, JSON.parse(event), caller)
      if (!outcome?.ok) throw new Error(outcome?.message ?? 'The local cloud is starting')
      return JSON.stringify(outcome.result)
    },
  })
  closers.push(gateway.close)
  const environment = { ...sandboxEnvironment(sandbox), ...options.environment }
  runtime = createRuntime({
    functionsDirectory: join(options.root, 'dist/cloudfunctions'),
    instanceScript: join(options.root, 'dist/local/instance.js'),
    gatewayUrl: gateway.url,
    sessions,
    environment,
    appid: sandbox.credentials.wechat.appid,
    envId: ENV_ID,
    now,
    ...(options.onLog && { onLog: options.onLog }),
    ...(options.limits && { limits: options.limits }),
    ...(options.perFunction && { perFunction: options.perFunction }),
  })
  closers.push(runtime.close)
  const timers = openTimers({ runtime, ...(options.onFired && { onFired: options.onFired }) })
  closers.push(async () => timers.stop())
  if (options.timers) timers.start()
  return { sandbox, gateway, runtime, timers, faults, environment }
}

/** What the owner of the functions would configure, were the sandbox the real thing. */
function sandboxEnvironment({ url, credentials }: Sandbox): Record<string, string> {
  return {
    ADMIN_OPENIDS: LOCAL_ADMIN,
    YULIANG_KEY: SANDBOX_KEY,
    WECHAT_API_PATHS: API_PATHS.join(','),
    WECHAT_API_URL: url,
    WECHAT_AUTHORIZER_APPID: credentials.wechat.authorizerAppid,
    WECHAT_AUTHORIZER_ACCESS_TOKEN: credentials.wechat.authorizerAccessToken,
    TENCENT_BILLING_URL: url,
    TENCENT_ESS_URL: url,
    TENCENT_SECRET_ID: credentials.tencent.secretId,
    TENCENT_SECRET_KEY: credentials.tencent.secretKey,
    TENCENT_ESS_APP_ID: credentials.tencent.essAppId,
    HUAWEI_BSS_URL: url,
    HUAWEI_IAM_URL: url,
    HUAWEI_ACCESS_KEY: credentials.huawei.accessKey,
    HUAWEI_SECRET_KEY: credentials.huawei.secretKey,
  }
}
