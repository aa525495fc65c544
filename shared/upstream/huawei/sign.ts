import { createHash, createHmac } from 'node:crypto'

export interface SignInput {
  method: string
  host: string
  /** Without query. */
  path: string
  /** The query's parameters, unencoded. */
  query?: Record<string, string>
  /** Sent and signed, names in lower case; must hold everything to be signed but host and x-sdk-date. */
  headers: Record<string, string>
  body?: string
  accessKey: string
  secretKey: string
  /** Epoch milliseconds. */
  now: number
}

/**
 * The headers of a request signed with SDK-HMAC-SHA256, Authorization among them.
 * Source: Huawei Cloud, "API Request Signing Guide"; checked with its published sample.
 */
export function signHuawei(input: SignInput): Record<string, string> {
  const date = `${new Date(input.now).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`
  const headers: Record<string, string> = { ...input.headers, host: input.host, 'x-sdk-date': date }
  const names = Object.keys(headers).sort()
  const signedHeaders = names.join(';')
  const canonicalRequest = [
    input.method,
    // The signed path ends in a slash, whatever is sent.
    input.path.endsWith('/') ? input.path : `${input.path}/`,
    canonicalQuery(input.query ?? {}),
    ...names.map(name => `${name}:${headers[name]?.trim()}`),
    '',
    signedHeaders,
    sha256(input.body ?? ''),
  ].join('\n')
  const stringToSign = ['SDK-HMAC-SHA256', date, sha256(canonicalRequest)].join('\n')
  const signature = createHmac('sha256', input.secretKey).update(stringToSign).digest('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${input.accessKey}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  return { ...headers, authorization }
}

function canonicalQuery(query: Record<string, string>): string {
  return Object.keys(query)
    .sort()
    .map(key => `${encode(key)}=${encode(query[key] ?? '')}`)
    .join('&')
}

/** RFC 3986: encodeURIComponent leaves a few reserved characters alone. */
function encode(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
