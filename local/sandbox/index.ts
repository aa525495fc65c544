import type { FaultPlan } from '../http/faults'
import { type Router, serve, type Watch } from '../http/server'
import { CallLog, type SandboxCall } from './calls'
import { type SandboxCredentials, sandboxCredentials } from './credentials'
import { huawei } from './huawei'
import { tencent } from './tencent'
import type { Scale, Upstream, World } from './upstream'
import { wechat } from './wechat'

export { type SandboxCall, type SandboxCredentials, sandboxCredentials }

export interface SandboxOptions {
  now(): number
  port?: number
  faults?: FaultPlan
  /** Called with the API's name when a request has been routed. */
  onCall?: (api: string) => void
  onExchange?: Watch
  /** How large the simulated business is. */
  scale?: Partial<Scale>
  limits?: { tencentPerSecond?: number }
}

export interface Sandbox {
  url: string
  port: number
  credentials: SandboxCredentials
  /** The latest calls, oldest first; at most 1,000. */
  readonly calls: readonly SandboxCall[]
  /** How often each API was called since the start. */
  readonly counts: ReadonlyMap<string, number>
  /** The most calls that each API met within any one second, refused ones included. */
  readonly peaks: ReadonlyMap<string, number>
  close(): Promise<void>
}

/** The five upstreams on one loopback port, told apart by the Host header that the client sends. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  let requests = 0
  const world: World = {
    now: options.now,
    scale: { members: 12, usageRecordsPerMonth: 180, waybillAccounts: 7, ...options.scale },
    nextRequestId: () => `5a4db0c5-0000-4000-8000-${String(++requests).padStart(12, '0')}`,
  }
  const upstreams = new Map<string, Upstream>([
    ['api.weixin.qq.com', wechat(world)],
    ...tencent(world, options.limits?.tencentPerSecond ?? 20),
    ...huawei(world),
  ])
  const log = new CallLog(options.now)
  const router: Router = exchange => {
    // A client that cannot choose its Host header, as fetch cannot, may name the upstream here.
    const { 'x-sandbox-host': host = exchange.host } = exchange.headers
    const upstream = upstreams.get(String(host))
    if (!upstream) return { status: 421, body: `sandbox: no upstream is called ${host}\n` }
    const found = upstream(exchange)
    return 'api' in found ? log.follow(found) : found
  }
  const { url, port, close } = await serve(router, options)
  return {
    url,
    port,
    close,
    credentials: sandboxCredentials,
    counts: log.counts,
    peaks: log.peaks,
    get calls() {
      return log.latest
    },
  }
}
