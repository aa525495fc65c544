import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Exchange, type HttpServer, type Reply, serve } from '../../http/server'
import { Sessions } from '../../sessions'
import { type Gateway, type GatewayOptions, startGateway } from '../index'

/** A WeChat API that answers what the captures' one did, and remembers what it was asked. */
export interface FakeWechat extends HttpServer {
  asked: { path: string; host: string; body: string }[]
  /** The token that it hands out next and accepts. */
  token: string
  /** When set, answers every logistics call instead. */
  reply: Reply | undefined
}

export async function startFakeWechat(): Promise<FakeWechat> {
  const state: Pick<FakeWechat, 'asked' | 'token' | 'reply'> = { asked: [], token: 'token-1', reply: undefined }
  const server = await serve(({ url, host, headers, body }: Exchange) => {
    const text = body.toString()
    state.asked.push({ path: `${url.pathname}${url.search}`, host: String(headers.host ?? host), body: text })
    if (url.pathname === '/cgi-bin/stable_token') return json({ access_token: state.token, expires_in: 7200 })
    if (state.reply) return state.reply
    if (url.searchParams.get('access_token') !== state.token) {
      return json({ errcode: 40001, errmsg: 'invalid credential' })
    }
    if (url.pathname === '/cgi-bin/express/business/account/getall') return json({ count: 0, list: [] })
    if (JSON.parse(text).biz_id === 'bad') return json({ errcode: 9300501, errmsg: 'delivery logic fail rid: local' })
    return json({ quota_num: 210 })
  })
  return Object.assign(state, server)
}

export function json(body: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

export interface TestGateway extends Gateway {
  sessions: Sessions
  wechat: FakeWechat
  /** A token of an invocation of `reader`, which may call logistics.getQuota. */
  token: string
}

/** A gateway in memory with a fake WeChat behind it. */
export async function startTestGateway(options: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const wechat = await startFakeWechat()
  const sessions = new Sessions()
  const gateway = await startGateway({
    wechatApiUrl: wechat.url,
    wechatAppId: 'wx0000000000000000',
    wechatAppSecret: 'secret',
    sessions,
    permissions: name => (name === 'reader' ? ['logistics.getQuota', 'logistics.getAllAccount'] : []),
    invoke: async name => Promise.reject(new Error(`FunctionName parameter could not be found: ${name}`)),
    now: Date.now,
    ...options,
  })
  return {
    ...gateway,
    sessions,
    wechat,
    token: sessions.issue({ functionName: 'reader', source: 'wx_client' }),
    close: async () => {
      await gateway.close()
      await wechat.close()
    },
  }
}

/** A new folder, and its removal. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'yuliang-gateway-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
