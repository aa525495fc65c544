import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../../tests/support/failure'
import { environmentFrom } from '../call'
import { endpointFrom } from './endpoint'

const OPTIONS = { variable: 'SOME_URL', host: 'bss-intl.example.com', domains: ['example.com'] }

describe('endpointFrom', () => {
  const endpointOf = (url?: string) => endpointFrom(environmentFrom({ SOME_URL: url }), OPTIONS)

  it('is the production host without a variable', () => {
    expect(endpointOf()).toEqual({
      host: 'bss-intl.example.com',
      protocol: 'https:',
      hostname: 'bss-intl.example.com',
      port: 443,
      servername: 'bss-intl.example.com',
    })
  })

  it('follows a variable that names another official host, Host header and signing scope included', () => {
    expect(endpointOf('https://bss.cn.example.com')).toEqual({
      host: 'bss.cn.example.com',
      protocol: 'https:',
      hostname: 'bss.cn.example.com',
      port: 443,
      servername: 'bss.cn.example.com',
    })
  })

  it.each<[string, string, number, string]>([
    ['http://127.0.0.1:9400', '127.0.0.1', 9400, 'http:'],
    ['http://127.0.0.1:9400/', '127.0.0.1', 9400, 'http:'],
    ['http://localhost', 'localhost', 80, 'http:'],
    ['http://[::1]:9400', '::1', 9400, 'http:'],
    ['https://proxy.internal:8443', 'proxy.internal', 8443, 'https:'],
    ['https://notexample.com', 'notexample.com', 443, 'https:'],
    ['https://example.com.evil.net', 'example.com.evil.net', 443, 'https:'],
  ])('sends only the socket to %s', (url, hostname, port, protocol) => {
    expect(endpointOf(url)).toMatchObject({ host: 'bss-intl.example.com', hostname, port, protocol })
  })

  it.each<[string, string]>([
    ['https://proxy.internal:8443', 'proxy.internal'],
    ['http://127.0.0.1:9400', ''],
  ])('asks for the certificate of the host that the socket goes to, if any: %s', (url, servername) => {
    expect(endpointOf(url).servername).toBe(servername)
  })

  it.each([
    'http://example.com',
    'http://bss.example.com',
    'http://10.0.0.1:80',
    'http://127.0.0.1.evil.net',
    'https://bss.example.com/v2',
    'https://bss.example.com/?token=canary',
    'https://canary@bss.example.com',
    'https://canary:canary@bss.example.com',
    'ftp://127.0.0.1',
    'file:///etc/canary',
    'bss.example.com',
    'canary',
  ])('refuses %s with NOT_CONFIGURED that names the variable, never the value', async url => {
    const error = await failureOf(() => endpointOf(url))
    expect(error.code).toBe('NOT_CONFIGURED')
    for (const message of [error.message, error.text.zh, error.text.en]) {
      expect(message).toContain('SOME_URL')
      expect(message).not.toContain('canary')
      expect(message).not.toContain(url)
    }
  })
})
