import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { failureOf } from '../../tests/support/failure'
import { environmentFrom } from '../call'
import { sealerFrom } from './seal'

const KEY = randomBytes(32)
const OTHER = randomBytes(32)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='

const sealerOf = (key: string, previous?: string) =>
  sealerFrom(environmentFrom({ YULIANG_KEY: key, YULIANG_KEY_PREVIOUS: previous }))
const sealer = sealerOf(KEY.toString('base64'))
const anyText = fc.string({ unit: 'grapheme', maxLength: 200 })

describe('a sealer', () => {
  it('opens what it sealed, in the same context', () => {
    fc.assert(
      fc.property(anyText, anyText, (plaintext, context) => {
        const sealed = sealer.seal(plaintext, context)
        expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]{22,}$/)
        expect(sealer.open(sealed, context)).toBe(plaintext)
      }),
    )
  })

  it('seals the same twice to different texts', () => {
    fc.assert(
      fc.property(anyText, plaintext => {
        expect(sealer.seal(plaintext, 'c')).not.toBe(sealer.seal(plaintext, 'c'))
      }),
    )
  })

  it('refuses a text with any character changed, left out or added', () => {
    const plaintext = '{"TENCENT_SECRET_KEY":"x"}'
    const sealed = sealer.seal(plaintext, 'connection')
    let refused = 0
    for (let at = 0; at < sealed.length; at += 1) {
      const others = [...ALPHABET].filter(character => character !== sealed[at])
      for (const other of ['', ...others, `${sealed[at]}A`]) {
        const altered = sealed.slice(0, at) + other + sealed.slice(at + 1)
        expect(() => sealer.open(altered, 'connection')).toThrow('cannot be opened')
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(sealed.length * 60)
  })

  it('refuses another context, and texts that are none', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (plaintext, context, other) => {
        fc.pre(context !== other)
        expect(() => sealer.open(sealer.seal(plaintext, context), other)).toThrow('cannot be opened')
        expect(() => sealer.open(plaintext, context)).toThrow('cannot be opened')
      }),
    )
  })

  it('is NOT_CONFIGURED for what it cannot open, and shows nothing of it', async () => {
    const sealed = sealer.seal('top secret', 'c')
    const error = await failureOf(() => sealerOf(OTHER.toString('base64')).open(sealed, 'c'))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.text.en).toContain('YULIANG_KEY has changed')
    expect(error.text.zh).toContain('YULIANG_KEY 已更换')
    expect(JSON.stringify([error.text, error.message, error.cause])).not.toContain('secret"')
    expect(JSON.stringify([error.text, error.message])).not.toContain(sealed.slice(3))
  })

  it('opens under the previous key what was sealed before the key changed, and seals under the new one', () => {
    const old = sealerOf(KEY.toString('hex')).seal('x', 'c')
    const changed = sealerOf(OTHER.toString('base64'), KEY.toString('base64'))
    expect(changed.open(old, 'c')).toBe('x')
    expect(sealerOf(OTHER.toString('hex')).open(changed.seal('x', 'c'), 'c')).toBe('x')
    expect(() => sealer.open(changed.seal('x', 'c'), 'c')).toThrow('cannot be opened')
  })
})

describe('the key', () => {
  it('is the same as base64 and as hex, in either case', () => {
    const sealed = sealer.seal('x', 'c')
    expect(sealerOf(KEY.toString('hex')).open(sealed, 'c')).toBe('x')
    expect(sealerOf(KEY.toString('hex').toUpperCase()).open(sealed, 'c')).toBe('x')
  })

  it.each<[string, string]>([
    ['missing', ''],
    ['a password', 'correct horse battery staple'],
    ['31 bytes', KEY.subarray(1).toString('base64')],
    ['33 bytes', Buffer.concat([KEY, Buffer.from('x')]).toString('base64')],
    ['63 hexadecimal digits', KEY.toString('hex').slice(1)],
    ['65 hexadecimal digits', `${KEY.toString('hex')}0`],
    ['64 characters that are no digits', 'g'.repeat(64)],
    ['base64 without its padding', KEY.toString('base64').slice(0, -1)],
    ['base64 with stray bits', `${'A'.repeat(42)}B=`],
    ['base64 with a blank inside', `${KEY.toString('base64').slice(0, 20)} ${KEY.toString('base64').slice(21)}`],
    ['44 characters of something else', '钥'.repeat(44)],
  ])('is NOT_CONFIGURED when it is %s, and how to make one is said', async (_, key) => {
    for (const [variable, work] of [
      ['YULIANG_KEY', () => sealerOf(key)],
      ['YULIANG_KEY_PREVIOUS', () => sealerOf(KEY.toString('base64'), key || 'x')],
    ] as const) {
      const error = await failureOf(work)
      expect(error.code).toBe('NOT_CONFIGURED')
      for (const text of [error.text.en, error.text.zh]) {
        expect(text).toContain(`${variable} `)
        expect(text).toContain('openssl rand -base64 32')
        if (key !== '') expect(text).not.toContain(key)
      }
    }
  })

  it('is blotted out, the unusable one too', () => {
    const environment = environmentFrom({ YULIANG_KEY: 'mistyped-key', YULIANG_KEY_PREVIOUS: KEY.toString('hex') })
    expect(() => sealerFrom(environment)).toThrow()
    expect(environment.blot('key mistyped-key')).toBe('key ***')
    const usable = environmentFrom({ YULIANG_KEY: KEY.toString('base64'), YULIANG_KEY_PREVIOUS: OTHER.toString('hex') })
    sealerFrom(usable)
    expect(usable.blot(`${KEY.toString('base64')} ${OTHER.toString('hex')}`)).toBe('*** ***')
  })
})
