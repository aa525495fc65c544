import type { Exchange } from '../../http/server'
import { sandboxCredentials } from '../credentials'
import { Refusal } from '../upstream'

const { appid, appsecret, ...authorizer } = sandboxCredentials.wechat

const LIFE = 7_200_000
/** So long both tokens are good when one replaces the other. */
const OVERLAP = 300_000

/** Whom a token lets in: the app itself, or a service provider on behalf of an app. */
export type Caller = 'app' | 'authorizer' | 'authorizer-not-granted'

/** The access tokens that WeChat knows. Source: getStableAccessToken, and the third-party platform's token pages. */
export class AccessTokens {
  private current = { token: '', expiresAt: 0 }
  private readonly expiries = new Map<string, number>()
  private issued = 0

  /** The same token while it lasts; a new one when forced, or from five minutes before its end. */
  stable(now: number, forced: boolean): { token: string; expiresAt: number } {
    if (!forced && this.current.expiresAt - OVERLAP > now) return this.current
    const before = this.current
    // An expired token is remembered for a while, to be refused as expired rather than as unknown.
    for (const [token, expiresAt] of this.expiries) if (expiresAt + LIFE <= now) this.expiries.delete(token)
    if (before.expiresAt > now + OVERLAP) this.expiries.set(before.token, now + OVERLAP)
    this.issued += 1
    this.current = { token: `sandbox-stable-token-${now}-${this.issued}`, expiresAt: now + LIFE }
    this.expiries.set(this.current.token, this.current.expiresAt)
    return this.current
  }

  /** Whose token the query string carries. Throws 41001, 40001 and 42001. */
  caller({ url }: Exchange, now: number): Caller {
    const token = url.searchParams.get('access_token')
    switch (token) {
      case null:
      case '':
        throw new Refusal('41001', 'access_token missing')
      case authorizer.authorizerAccessToken:
        return 'authorizer'
      case authorizer.notGrantedAuthorizerAccessToken:
        return 'authorizer-not-granted'
      case authorizer.expiredAuthorizerAccessToken:
        throw new Refusal('42001', 'access_token expired')
    }
    const expiresAt = this.expiries.get(token)
    if (expiresAt === undefined) {
      throw new Refusal('40001', 'invalid credential, access_token is invalid or not latest')
    }
    if (expiresAt <= now) throw new Refusal('42001', 'access_token expired')
    return 'app'
  }
}

/** POST /cgi-bin/stable_token. Throws 40002, 40013 and 40125. */
export function stableToken(body: Record<string, unknown>, tokens: AccessTokens, now: number) {
  if (body['grant_type'] !== 'client_credential') throw new Refusal('40002', 'invalid grant_type')
  if (body['appid'] !== appid) throw new Refusal('40013', 'invalid appid')
  if (body['secret'] !== appsecret) throw new Refusal('40125', 'invalid appsecret')
  const { token, expiresAt } = tokens.stable(now, body['force_refresh'] === true)
  return { access_token: token, expires_in: Math.floor((expiresAt - now) / 1_000) }
}
