import type { Exchange } from '../../http/server'
import { auditQuota } from '../business/audits'
import { type WaybillAccount, waybillAccount } from '../business/waybills'
import { documented } from '../documented'
import { type Format, Refusal, routeOf, type Upstream, type UpstreamReply, type World } from '../upstream'
import { apiQuota } from './apiQuota'
import { allAccounts, courierFailure, waybillQuota } from './logistics'
import { AccessTokens, type Caller, stableToken } from './tokens'

interface Api {
  method: 'GET' | 'POST'
  answer(exchange: Exchange, state: State): Record<string, unknown> | Buffer
}

interface State {
  now: number
  tokens: AccessTokens
  accounts: readonly WaybillAccount[]
}

/** The documented paths. Everything but the token's own API needs an access token. */
const apis: Record<string, Api> = {
  '/cgi-bin/stable_token': {
    method: 'POST',
    answer: (exchange, { tokens, now }) => stableToken(parseBody(exchange), tokens, now),
  },
  '/cgi-bin/express/business/quota/get': {
    method: 'POST',
    answer(exchange, { tokens, accounts, now }) {
      tokens.caller(exchange, now)
      return waybillQuota(parseBody(exchange), accounts, now)
    },
  },
  '/cgi-bin/express/business/account/getall': {
    method: 'GET',
    answer(exchange, { tokens, accounts, now }) {
      tokens.caller(exchange, now)
      return allAccounts(accounts, now)
    },
  },
  '/wxa/queryquota': {
    method: 'GET',
    answer: (exchange, { tokens, now }) => codeAuditQuota(tokens.caller(exchange, now), now),
  },
  '/cgi-bin/openapi/quota/get': {
    method: 'POST',
    answer: (exchange, { tokens, now }) => apiQuota(parseBody(exchange), tokens.caller(exchange, now), now),
  },
}

/** api.weixin.qq.com: answers 200 to everything, with `errcode` for what went wrong. */
export function wechat(world: World): Upstream {
  const tokens = new AccessTokens()
  const accounts = Array.from({ length: world.scale.waybillAccounts }, (_, index) => waybillAccount(index))
  const format = formatOf(world)
  return exchange => {
    const path = exchange.url.pathname
    const api = Object.hasOwn(apis, path) ? apis[path] : undefined
    if (!api) return format.refuse('40066', 'invalid url')
    return routeOf(path, format, () => {
      if (exchange.method !== api.method) {
        throw new Refusal(api.method === 'GET' ? '43001' : '43002', `require ${api.method} method`)
      }
      const answer = api.answer(exchange, { now: world.now(), tokens, accounts })
      return json(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer))
    })
  }
}

/** GET /wxa/queryquota. Source: setCodeAuditQuota. Throws 61014 for a token of the wrong kind. */
function codeAuditQuota(caller: Caller, now: number): Record<string, unknown> | Buffer {
  if (caller === 'app') throw new Refusal('61014', 'must use component token for component api')
  if (caller === 'authorizer-not-granted') return documented('wechat-queryquota')
  const { rest, limit, speedupRest, speedupLimit } = auditQuota(now)
  return { errcode: 0, errmsg: 'ok', rest, limit, speedup_rest: speedupRest, speedup_limit: speedupLimit }
}

function formatOf(world: World): Format {
  return {
    refuse(code, message) {
      const errmsg = `${message} rid: ${world.nextRequestId()}`
      const courier = code === '9300501' ? courierFailure : {}
      return { ...json(JSON.stringify({ errcode: Number(code), errmsg, ...courier })), code }
    },
    hollow: () => json('{"errcode":0,"errmsg":"ok"}'),
  }
}

function parseBody({ body }: Exchange): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told apart from other JSON by nobody: one code for both.
  }
  throw new Refusal('47001', 'data format error')
}

function json(body: string | Buffer): UpstreamReply {
  return { status: 200, headers: { 'content-type': 'application/json; encoding=utf-8' }, body }
}
