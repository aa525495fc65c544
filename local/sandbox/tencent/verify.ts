import { createHash, createHmac } from 'node:crypto'
import type { Exchange } from '../../http/server'
import { Refusal } from '../upstream'

/** A key that Tencent Cloud knows; a temporary one is good only together with its token. */
export interface TencentKey {
  secretKey: string
  token?: string
}

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+)\/tc3_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

/** A timestamp may be this far from the server's clock, in seconds. */
const TOLERANCE = 300

/**
 * Checks a POST's TC3-HMAC-SHA256 signature and returns its SecretId, or throws the documented AuthFailure codes.
 * Source: Tencent Cloud API 3.0, "Signature Method v3".
 */
export function verifyTc3(exchange: Exchange, keys: ReadonlyMap<string, TencentKey>, now: number): string {
  const [, secretId, date, service, names, signature] = AUTHORIZATION.exec(exchange.headers.authorization ?? '') ?? []
  if (!secretId || !date || !service || !names || !signature) {
    throw new Refusal('AuthFailure.InvalidAuthorization', 'The Authorization header does not have the TC3 form.')
  }
  const timestamp = Number(exchange.headers['x-tc-timestamp'])
  if (!(Math.abs(timestamp - now / 1_000) <= TOLERANCE)) {
    throw new Refusal('AuthFailure.SignatureExpire', 'Signature expired: X-TC-Timestamp is over 5 minutes away.')
  }
  const key = keys.get(secretId)
  if (!key) throw new Refusal('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
  if (key.token !== exchange.headers['x-tc-token']) throw new Refusal('AuthFailure.TokenFailure', 'Invalid token.')

  const signed = names.split(';')
  const scoped =
    date === new Date(timestamp * 1_000).toISOString().slice(0, 10) && service === exchange.host.split('.')[0]
  const complete = signed.includes('content-type') && signed.includes('host')
  const expected = tc3Signature(canonicalRequest(exchange, signed), key.secretKey, { timestamp, date, service })
  if (!scoped || !complete || signature !== expected) {
    throw new Refusal('AuthFailure.SignatureFailure', 'The provided credentials could not be validated.')
  }
  return secretId
}

/** The text whose hash is signed: a POST's query string counts as empty, header values are lower case. */
export function canonicalRequest(exchange: Exchange, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map(
    name =>
      `${name}:${String(exchange.headers[name] ?? '')
        .trim()
        .toLowerCase()}\n`,
  )
  return ['POST', '/', '', headers.join(''), signedHeaders.join(';'), sha256(exchange.body)].join('\n')
}

/** The last step: the hash of the canonical request, signed under a key that is derived for one day and service. */
export function tc3Signature(
  canonical: string,
  secretKey: string,
  scope: { timestamp: number; date: string; service: string },
): string {
  const { timestamp, date, service } = scope
  const text = ['TC3-HMAC-SHA256', timestamp, `${date}/${service}/tc3_request`, sha256(canonical)].join('\n')
  const key = [date, service, 'tc3_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `TC3${secretKey}`,
  )
  return createHmac('sha256', key).update(text).digest('hex')
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
