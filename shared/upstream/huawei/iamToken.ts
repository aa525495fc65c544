import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { Call } from '../../call'
import { callUpstream } from '../attempt'
import { endpointFrom } from '../endpoint'
import { changed, isOutageOrLimit } from '../failure'
import { sendHttp } from '../http'
import type { Credentials } from './credentials'
import { huaweiFailure, requestIdOf } from './failure'

type User = Extract<Credentials, { kind: 'user' }>

/** Documented life of a token, less ten minutes in which it is no longer used. */
const LIFE_MS = (24 * 60 - 10) * 60_000
const ENDPOINT = { variable: 'HUAWEI_IAM_URL', host: 'iam.myhuaweicloud.com', domains: ['myhuaweicloud.com'] }

interface Kept {
  token: Promise<string>
  /** The token when it has come. */
  value: string | undefined
  until: number
}

/** By a digest of the user's credentials, so that changed ones are not served an old token. */
const kept = new Map<string, Kept>()

/**
 * The IAM user's token, fetched when there is none and kept for its 24 h in this instance; callers at the same time
 * share one request. `refused` is a token that Huawei no longer takes: it is replaced unless that has happened already.
 * Source: IAM, POST /v3/auth/tokens. Throws UPSTREAM_REJECTED for a wrong user or password, upstream errors.
 */
export async function iamToken(user: User, call: Call, refused?: string): Promise<string> {
  const fingerprint = createHash('sha256').update(JSON.stringify(user)).digest('hex')
  const now = call.clock.now()
  const last = kept.get(fingerprint)
  const current = last && last.until > now ? last : undefined
  // One that is still on its way cannot be the refused one.
  if (current && (refused === undefined || current.value !== refused)) return current.token
  const fresh: Kept = { token: fetchToken(user, call), value: undefined, until: now + LIFE_MS }
  kept.set(fingerprint, fresh)
  try {
    fresh.value = await fresh.token
    return fresh.value
  } catch (error) {
    // A failed fetch is not kept.
    if (kept.get(fingerprint) === fresh) kept.delete(fingerprint)
    throw error
  }
}

function fetchToken({ user, password, domain }: User, call: Call): Promise<string> {
  const endpoint = endpointFrom(call.environment, ENDPOINT)
  const identity = { methods: ['password'], password: { user: { name: user, password, domain: { name: domain } } } }
  return callUpstream(
    {
      provider: 'huawei',
      action: '/v3/auth/tokens',
      isTransient: isOutageOrLimit,
      async attempt(signal) {
        const answer = await sendHttp({
          provider: 'huawei',
          endpoint,
          method: 'POST',
          path: '/v3/auth/tokens',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ auth: { identity, scope: { domain: { name: domain } } } }),
          signal,
        })
        if (answer.status !== 201) throw unexpectedStatus(answer)
        const token = v.safeParse(v.pipe(v.string(), v.nonEmpty()), answer.headers['x-subject-token'])
        if (!token.success) throw changed('huawei', 'header X-Subject-Token', requestIdOf(answer))
        return token.output
      },
    },
    call,
  )
}

function unexpectedStatus(answer: Awaited<ReturnType<typeof sendHttp>>) {
  return answer.status < 300 ? changed('huawei', 'status: expected 201', requestIdOf(answer)) : huaweiFailure(answer)
}
