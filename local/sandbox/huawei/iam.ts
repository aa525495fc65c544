import { isDeepStrictEqual } from 'node:util'
import type { Exchange } from '../../http/server'
import { sandboxCredentials } from '../credentials'
import { Refusal, type UpstreamReply, type World } from '../upstream'
import { jsonReply } from './reply'
import type { AuthTokens } from './tokens'

const { user, password, domain } = sandboxCredentials.huawei.iam

/** POST /v3/auth/tokens. Source: IAM, "Obtaining a User Token Through Password Authentication". */
export function issueToken(exchange: Exchange, world: World, tokens: AuthTokens): UpstreamReply {
  const identity = at(parse(exchange.body), 'auth', 'identity')
  const scope = at(parse(exchange.body), 'auth', 'scope')
  if (!isDeepStrictEqual(at(identity, 'methods'), ['password'])) {
    throw new Refusal('400', 'auth.identity.methods must be ["password"].')
  }
  const named = at(identity, 'password', 'user')
  const right =
    at(named, 'name') === user && at(named, 'password') === password && at(named, 'domain', 'name') === domain
  if (!right) throw new Refusal('401', 'The username or password is wrong.')
  // Credit is a global service: a token for one project would not open it.
  if (at(scope, 'domain', 'name') !== domain) throw new Refusal('400', 'auth.scope.domain must be the account.')

  const now = world.now()
  const { token, expiresAt } = tokens.issue(now)
  const owner = { id: 'sandbox-domain-id', name: domain }
  const answer = {
    token: {
      expires_at: microseconds(expiresAt),
      issued_at: microseconds(now),
      methods: ['password'],
      catalog: [],
      roles: [],
      domain: owner,
      user: { id: 'sandbox-user-id', name: user, domain: owner, password_expires_at: '' },
    },
  }
  const reply = jsonReply(201, JSON.stringify(answer), world.nextRequestId())
  return { ...reply, headers: { ...reply.headers, 'x-subject-token': token } }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal('400', 'The request body is not JSON.')
  }
}

/** The value at this path, undefined when there is none. */
function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  )
}

/** `2026-11-21T12:00:00.000000Z`. */
function microseconds(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000Z')
}
