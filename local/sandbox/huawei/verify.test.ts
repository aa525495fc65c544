import { describe, expect, it } from '@jest/globals'
import { type Ask, exchangeOf, signHuawei } from '../testing'
import { verifySdkHmac } from './verify'

type Signed = Ask & { headers: Record<string, string> }

// The vendor's published example.
const SAMPLE_NOW = Date.UTC(2019, 10, 15, 3, 36, 55)
const sample: Signed = {
  host: 'service.region.example.com',
  path: '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
  headers: {
    'content-type': 'application/json',
    'x-sdk-date': '20191115T033655Z',
    authorization:
      'SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, ' +
      'Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe',
  },
}

const OUR_NOW = Date.UTC(2026, 10, 20, 12)
const ours: Signed = {
  host: 'bss-intl.myhuaweicloud.com',
  path: '/v2/partners/credit/consumption-quota',
  headers: {
    'content-type': 'application/json',
    'x-sdk-date': '20261120T120000Z',
    authorization:
      'SDK-HMAC-SHA256 Access=AKEXAMPLE00000000000, SignedHeaders=content-type;host;x-sdk-date, ' +
      'Signature=4bb69b7dc8274beb79a8bbcb6880e943f2fb25c41807ec6d80cd6f660f979df9',
  },
}

const keys = new Map([
  ['QTWAOYTTINDUT2QVKYUC', { secretKey: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc' }],
  ['AKEXAMPLE00000000000', { secretKey: 'SKEXAMPLE0000000000000000000000000000000' }],
  ['TEMPORARY', { secretKey: 'secret', securityToken: 'token' }],
])

function verify(ask: Ask, now = OUR_NOW): string {
  return verifySdkHmac(exchangeOf(ask), keys, now)
}

function changed(ask: Signed, name: string, value: string): Signed {
  return { ...ask, headers: { ...ask.headers, [name]: value } }
}

function expectRefused(ask: Ask, reason: string, now = OUR_NOW): void {
  const message = `Incorrect IAM authentication information: ${reason}`
  expect(() => verify(ask, now)).toThrow(expect.objectContaining({ code: 'APIGW.0301', message }))
}

describe('SDK-HMAC-SHA256', () => {
  it('agrees with both golden vectors', () => {
    expect(verify(sample, SAMPLE_NOW)).toBe('QTWAOYTTINDUT2QVKYUC')
    expect(verify(ours)).toBe('AKEXAMPLE00000000000')
  })

  it('sorts the query before it signs it', () => {
    const [path, query] = sample.path.split('?')
    const reversed = `${path}?${query?.split('&').reverse().join('&')}`
    expect(verify({ ...sample, path: reversed }, SAMPLE_NOW)).toBe('QTWAOYTTINDUT2QVKYUC')
  })

  it('refuses any one character changed in path, query, host or a signed header, and any body', () => {
    for (const part of ['path', 'host'] as const) {
      for (let place = 1; place < sample[part].length; place++) {
        const original = sample[part][place]
        // A changed separator would make another URL of it, which the signature refuses just as well.
        const other = original === 'x' ? 'y' : 'x'
        const wrong = sample[part].slice(0, place) + other + sample[part].slice(place + 1)
        expectRefused({ ...sample, [part]: wrong }, 'verify aksk signature fail', SAMPLE_NOW)
      }
    }
    const type = 'application/json'
    for (let place = 0; place < type.length; place++) {
      const wrong = `${type.slice(0, place)}X${type.slice(place + 1)}`
      expectRefused(changed(ours, 'content-type', wrong), 'verify aksk signature fail')
    }
    expectRefused(changed(ours, 'x-sdk-date', '20261120T120001Z'), 'verify aksk signature fail')
    expectRefused({ ...ours, body: ' ' }, 'verify aksk signature fail')
    expectRefused({ ...ours, method: 'POST' }, 'verify aksk signature fail')
  })

  it('refuses any other signature, key, form, or missing signed header', () => {
    const { authorization = '' } = ours.headers
    for (let place = 1; place <= 64; place++) {
      const digit = authorization.at(-place) === '0' ? '1' : '0'
      const end = authorization.length - place
      const wrong = authorization.slice(0, end) + digit + authorization.slice(end + 1)
      expectRefused(changed(ours, 'authorization', wrong), 'verify aksk signature fail')
    }
    const replace = (from: string, to: string) => changed(ours, 'authorization', authorization.replace(from, to))
    expectRefused(replace('AKEXAMPLE00000000000', 'AKOTHER'), 'access key not found')
    expectRefused(replace('Access=', 'Credential='), 'authorization format is incorrect')
    expectRefused(signHuawei({ ...ours, headers: {} }, 'AKEXAMPLE00000000000', 'secret'), 'signature expired')
  })

  it.each([[['host', 'x-security-token']], [['x-sdk-date', 'x-security-token']], [['host', 'x-sdk-date']]])(
    'refuses a right signature over no more than %j',
    names => {
      const { host, path } = ours
      const headers = { 'x-sdk-date': '20261120T120000Z', 'x-security-token': 'token' }
      expectRefused(signHuawei({ host, path, headers }, 'TEMPORARY', 'secret', names), 'verify aksk signature fail')
    },
  )

  it('accepts a temporary key with its signed token', () => {
    const { host, path } = ours
    const headers = { 'x-sdk-date': '20261120T120000Z', 'x-security-token': 'token' }
    expect(verify(signHuawei({ host, path, headers }, 'TEMPORARY', 'secret'))).toBe('TEMPORARY')
    expectRefused(changed(ours, 'x-security-token', 'token'), 'security token is wrong')
    const without = signHuawei({ host, path, headers: { 'x-sdk-date': '20261120T120000Z' } }, 'TEMPORARY', 'secret')
    expectRefused(without, 'security token is wrong')
  })

  it('accepts fifteen minutes of clock difference and not a second more', () => {
    expect(verify(ours, OUR_NOW + 900_000)).toBe('AKEXAMPLE00000000000')
    expect(verify(ours, OUR_NOW - 900_000)).toBe('AKEXAMPLE00000000000')
    expectRefused(ours, 'signature expired', OUR_NOW + 901_000)
    expectRefused(ours, 'signature expired', OUR_NOW - 901_000)
  })
})
