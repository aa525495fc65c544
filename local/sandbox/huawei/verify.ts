import { createHash, createHmac } from 'node:crypto'
import type { Exchange } from '../../http/server'
import { Refusal } from '../upstream'

/** A key that Huawei Cloud knows; a temporary one is good only together with its security token. */
export interface HuaweiKey {
  secretKey: string
  securityToken?: string
}

const AUTHORIZATION = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([a-z0-9;_-]+), ?Signature=([0-9a-f]{64})$/

/** X-Sdk-Date may be this far from the server's clock. */
const TOLERANCE = 15 * 60_000

/** The gateway's code for every fault in who is calling. */
export const UNAUTHENTICATED = 'APIGW.0301'

/**
 * Checks an SDK-HMAC-SHA256 signature and returns its access key, or throws APIGW.0301.
 * Source: Huawei Cloud API Gateway, "AK/SK signing and authentication algorithm".
 */
export function verifySdkHmac(exchange: Exchange, keys: ReadonlyMap<string, HuaweiKey>, now: number): string {
  const [, accessKey, names, signature] = AUTHORIZATION.exec(exchange.headers.authorization ?? '') ?? []
  if (!accessKey || !names || !signature) throw unauthenticated('authorization format is incorrect')
  const date = String(exchange.headers['x-sdk-date'] ?? '')
  if (!(Math.abs(parseSdkDate(date) - now) <= TOLERANCE)) throw unauthenticated('signature expired')
  const key = keys.get(accessKey)
  if (!key) throw unauthenticated('access key not found')
  if (key.securityToken !== exchange.headers['x-security-token']) throw unauthenticated('security token is wrong')

  const signed = names.split(';')
  const needed = ['host', 'x-sdk-date', ...(key.securityToken === undefined ? [] : ['x-security-token'])]
  const text = `SDK-HMAC-SHA256\n${date}\n${sha256(canonicalRequest(exchange, signed))}`
  const expected = createHmac('sha256', key.secretKey).update(text).digest('hex')
  if (!needed.every(name => signed.includes(name)) || signature !== expected) {
    throw unauthenticated('verify aksk signature fail')
  }
  return accessKey
}

export function unauthenticated(reason: string): Refusal {
  return new Refusal(UNAUTHENTICATED, `Incorrect IAM authentication information: ${reason}`)
}

function canonicalRequest(exchange: Exchange, signedHeaders: readonly string[]): string {
  const { method, url, headers, body } = exchange
  const path = url.pathname.split('/').map(segment => encode(decodeURIComponent(segment)))
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  return [
    method,
    // The signed path always ends in a slash, whatever was sent.
    path.join('/').replace(/\/?$/, '/'),
    query.join('&'),
    signedHeaders.map(name => `${name}:${String(headers[name] ?? '').trim()}\n`).join(''),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n')
}

/** RFC 3986: encodeURIComponent leaves five characters too many as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character =>
    `%${character.charCodeAt(0).toString(16)}`.toUpperCase(),
  )
}

/** `20261120T120000Z` as an instant; NaN when it is something else. */
function parseSdkDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
