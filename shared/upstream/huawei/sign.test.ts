import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { type SignInput, signHuawei } from './sign'

/** The vendor's published sample. */
const SAMPLE: SignInput = {
  method: 'GET',
  host: 'service.region.example.com',
  path: '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs',
  query: { marker: '13551d6b-755d-4757-b956-536f674975c0', limit: '2' },
  headers: { 'content-type': 'application/json' },
  accessKey: 'QTWAOYTTINDUT2QVKYUC',
  secretKey: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc',
  now: Date.UTC(2019, 10, 15, 3, 36, 55),
}

/** The one request that this project makes. */
const OWN: SignInput = {
  method: 'GET',
  host: 'bss-intl.myhuaweicloud.com',
  path: '/v2/partners/credit/consumption-quota',
  headers: { 'content-type': 'application/json' },
  accessKey: 'AKEXAMPLE00000000000',
  secretKey: 'SKEXAMPLE0000000000000000000000000000000',
  now: Date.UTC(2026, 10, 20, 12, 0, 0),
}

describe('signHuawei', () => {
  it('signs the vendor’s sample as published', () => {
    expect(signHuawei(SAMPLE)).toEqual({
      host: 'service.region.example.com',
      'content-type': 'application/json',
      'x-sdk-date': '20191115T033655Z',
      authorization:
        'SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, ' +
        'Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe',
    })
  })

  it('signs our own request as recomputed', () => {
    expect(signatureOf(OWN)).toBe('4bb69b7dc8274beb79a8bbcb6880e943f2fb25c41807ec6d80cd6f660f979df9')
    expect(signHuawei(OWN)['x-sdk-date']).toBe('20261120T120000Z')
  })

  it('does not care about the order of query and headers, nor about milliseconds', () => {
    const { marker = '', limit = '' } = SAMPLE.query ?? {}
    const turned = { ...SAMPLE, query: { limit, marker }, now: SAMPLE.now + 999 }
    expect(signatureOf(turned)).toBe(signatureOf(SAMPLE))
  })

  it('signs a path with and without its final slash alike', () => {
    expect(signatureOf({ ...OWN, path: `${OWN.path}/` })).toBe(signatureOf(OWN))
  })

  it.each<[string, Partial<SignInput>]>([
    ['method', { method: 'POST' }],
    ['host', { host: 'bss.myhuaweicloud.com' }],
    ['path', { path: '/v2/partners/credit' }],
    ['query', { query: { a: '1' } }],
    ['headers', { headers: { 'content-type': 'text/plain' } }],
    ['body', { body: '{}' }],
    ['secret key', { secretKey: 'another' }],
    ['time', { now: OWN.now + 1000 }],
  ])('gives another signature for another %s', (_, change) => {
    expect(signatureOf({ ...OWN, ...change })).not.toBe(signatureOf(OWN))
  })

  it('signs every header that is given, named in order', () => {
    const headers = { 'x-security-token': 't', 'content-type': 'application/json' }
    const { authorization } = signHuawei({ ...OWN, headers })
    expect(authorization).toContain('SignedHeaders=content-type;host;x-sdk-date;x-security-token,')
  })

  it('encodes a query as RFC 3986 says, reserved characters included', () => {
    const canonicalRequest = [
      'GET',
      '/v2/partners/credit/consumption-quota/',
      'k%20%2F=a%27%28b%29%2A%21~%20%2B%26%3D%C3%A9',
      'content-type:application/json',
      'host:bss-intl.myhuaweicloud.com',
      'x-sdk-date:20261120T120000Z',
      '',
      'content-type;host;x-sdk-date',
      createHash('sha256').update('').digest('hex'),
    ].join('\n')
    const hash = createHash('sha256').update(canonicalRequest).digest('hex')
    const expected = createHmac('sha256', OWN.secretKey)
      .update(`SDK-HMAC-SHA256\n20261120T120000Z\n${hash}`)
      .digest('hex')
    expect(signatureOf({ ...OWN, query: { 'k /': "a'(b)*!~ +&=é" } })).toBe(expected)
  })

  it('never holds the secret key', () => {
    expect(JSON.stringify(signHuawei(OWN))).not.toContain(OWN.secretKey)
  })

  function signatureOf(input: SignInput): string | undefined {
    return /Signature=([\da-f]{64})$/.exec(signHuawei(input)['authorization'] ?? '')?.[1]
  }
})
