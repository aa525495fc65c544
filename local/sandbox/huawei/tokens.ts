const LIFE = 24 * 3_600_000
/** About what a real one measures. */
const LENGTH = 5_000

/** The X-Auth-Tokens that IAM has given out; earlier ones stay valid beside later ones. */
export class AuthTokens {
  private readonly expiries = new Map<string, number>()
  private issued = 0

  issue(now: number): { token: string; expiresAt: number } {
    for (const [token, expiresAt] of this.expiries) if (expiresAt <= now) this.expiries.delete(token)
    const token = `SANDBOX-IAM-TOKEN-${++this.issued}-`.padEnd(LENGTH, '0')
    const expiresAt = now + LIFE
    this.expiries.set(token, expiresAt)
    return { token, expiresAt }
  }

  valid(token: string, now: number): boolean {
    return (this.expiries.get(token) ?? 0) > now
  }
}
