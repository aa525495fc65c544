import { randomBytes } from 'node:crypto'

/** Who a running invocation is: what the platform knows and the function cannot change. */
export interface Session {
  functionName: string
  /** The chain of sources, for example `wx_client,scf`; its last link called this function. */
  source: string
  openid?: string
}

/** The API tokens that the runtime hands to each invocation, and the gateway asks for on each request. */
export class Sessions {
  private readonly open = new Map<string, Session>()

  issue(session: Session): string {
    const token = randomBytes(16).toString('hex')
    this.open.set(token, session)
    return token
  }

  find(token: string): Session | undefined {
    return this.open.get(token)
  }

  revoke(token: string): void {
    this.open.delete(token)
  }
}
