import { systemError, type Upstream } from './upstream'

export interface AccessTokenOptions {
  upstream: Upstream
  appId: string
  secret: string
  now(): number
}

interface Token {
  value: string
  expiresAt: number
}

/** The app's access token from stable_token, kept until it expires; callers at the same time share one request. */
export class AccessTokens {
  private token: Token | undefined
  private pending: Promise<Token> | undefined

  constructor(private readonly options: AccessTokenOptions) {}

  async get(): Promise<string> {
    if (this.token && this.options.now() < this.token.expiresAt) return this.token.value
    return (await this.request(false)).value
  }

  /** A token to use instead of one that the API refused. */
  async replace(refused: string): Promise<string> {
    if (this.token && this.token.value !== refused) return this.token.value
    return (await this.request(true)).value
  }

  private request(force: boolean): Promise<Token> {
    this.pending ??= this.fetch(force).finally(() => {
      this.pending = undefined
    })
    return this.pending
  }

  private async fetch(force: boolean): Promise<Token> {
    const { upstream, appId, secret, now } = this.options
    const asked = now()
    const { body } = await upstream.send(
      'POST',
      '/cgi-bin/stable_token',
      JSON.stringify({
        grant_type: 'client_credential',
        appid: appId,
        secret,
        ...(force && { force_refresh: true }),
      }),
    )
    const { access_token: value, expires_in: seconds } = body
    if (typeof value !== 'string' || typeof seconds !== 'number') {
      throw systemError(`no access token from stable_token: ${body['errcode']} ${body['errmsg']}`)
    }
    this.token = { value, expiresAt: asked + seconds * 1000 }
    return this.token
  }
}
