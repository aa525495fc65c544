import { describe, expect, it } from '@jest/globals'
import { type Ask, exchangeOf, sha256 } from '../testing'
import { Refusal } from '../upstream'
import { canonicalRequest, tc3Signature, verifyTc3 } from './verify'

// The vendor's published example: Tencent Cloud API 3.0, "Signature Method v3".
const NOW = 1_551_113_065_000
const keys = new Map([['AKIDEXAMPLE', { secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' }]])
const signed: Ask & { headers: Record<string, string>; body: string } = {
  host: 'cvm.tencentcloudapi.com',
  path: '/',
  method: 'POST',
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'x-tc-timestamp': '1551113065',
    authorization:
      'TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, ' +
      'Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  },
  body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
}

function codeOf(ask: Ask, now = NOW): string {
  try {
    return verifyTc3(exchangeOf(ask), keys, now)
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

function changed(name: string, value: string): Ask {
  return { ...signed, headers: { ...signed.headers, [name]: value } }
}

/** Every text that differs from this one in one character, beyond upper and lower case. */
function tampered(text: string): string[] {
  return [...text].map((character, place) => {
    const other = character === 'x' ? 'y' : 'x'
    return text.slice(0, place) + other + text.slice(place + 1)
  })
}

describe('TC3-HMAC-SHA256', () => {
  it('agrees with the golden vector, step by step', () => {
    const canonical = canonicalRequest(exchangeOf(signed), ['content-type', 'host'])
    expect(sha256(signed.body)).toBe('35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064')
    expect(sha256(canonical)).toBe('5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031')
    expect(codeOf(signed)).toBe('AKIDEXAMPLE')
  })

  it('refuses a body, a content type or a host with any one character changed', () => {
    for (const body of tampered(signed.body)) expect(codeOf({ ...signed, body })).toBe('AuthFailure.SignatureFailure')
    for (const type of tampered(signed.headers['content-type'] ?? '')) {
      expect(codeOf(changed('content-type', type))).toBe('AuthFailure.SignatureFailure')
    }
    for (const host of tampered(signed.host)) expect(codeOf({ ...signed, host })).toBe('AuthFailure.SignatureFailure')
  })

  it('refuses any other signature, timestamp, date or service', () => {
    const { authorization = '' } = signed.headers
    const signature = authorization.slice(-64)
    for (let place = 0; place < 64; place++) {
      const digit = signature[place] === '0' ? '1' : '0'
      const wrong = signature.slice(0, place) + digit + signature.slice(place + 1)
      expect(codeOf(changed('authorization', authorization.replace(signature, wrong)))).toBe(
        'AuthFailure.SignatureFailure',
      )
    }
    expect(codeOf(changed('x-tc-timestamp', '1551113066'))).toBe('AuthFailure.SignatureFailure')
    for (const [from, to] of [
      ['2019-02-25', '2019-02-26'],
      ['/cvm/', '/billing/'],
    ] as const) {
      expect(codeOf(changed('authorization', authorization.replace(from, to)))).toBe('AuthFailure.SignatureFailure')
    }
  })

  it.each(['host', 'content-type'])('refuses a right signature over %s alone', name => {
    const scope = { timestamp: 1_551_113_065, date: '2019-02-25', service: 'cvm' }
    const key = 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE'
    const sign = (names: string[]) => tc3Signature(canonicalRequest(exchangeOf(signed), names), key, scope)
    const credential = 'TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request'
    const both = `${credential}, SignedHeaders=content-type;host, Signature=${sign(['content-type', 'host'])}`
    const one = `${credential}, SignedHeaders=${name}, Signature=${sign([name])}`
    expect(codeOf(changed('authorization', both))).toBe('AKIDEXAMPLE')
    expect(codeOf(changed('authorization', one))).toBe('AuthFailure.SignatureFailure')
  })

  it('accepts five minutes of clock difference and not a second more', () => {
    expect(codeOf(signed, NOW + 300_000)).toBe('AKIDEXAMPLE')
    expect(codeOf(signed, NOW - 300_000)).toBe('AKIDEXAMPLE')
    expect(codeOf(signed, NOW + 301_000)).toBe('AuthFailure.SignatureExpire')
    expect(codeOf(signed, NOW - 301_000)).toBe('AuthFailure.SignatureExpire')
    expect(codeOf(changed('x-tc-timestamp', 'soon'))).toBe('AuthFailure.SignatureExpire')
  })

  it('names an unknown key, a token out of place and a malformed header by their codes', () => {
    const { authorization = '' } = signed.headers
    expect(codeOf(changed('authorization', authorization.replace('AKIDEXAMPLE', 'AKIDOTHER')))).toBe(
      'AuthFailure.SecretIdNotFound',
    )
    expect(codeOf(changed('x-tc-token', 'token'))).toBe('AuthFailure.TokenFailure')
    expect(codeOf(changed('authorization', 'Bearer x'))).toBe('AuthFailure.InvalidAuthorization')
  })
})
