import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { failureOf } from '../../tests/support/failure'
import { type CallError, invalidArgument } from '../call'
import { exactly, flag, listOf, name, oneOf, parseInput, wholeNumber } from './schema'

const account = exactly({ deliveryId: name(64), bizId: name(64) })

describe('exactly', () => {
  const schema = exactly({ a: v.optional(name(5)), n: wholeNumber(1, 9) })

  it('passes what fits, as it is', () => {
    expect(parseInput(schema, { n: 3, a: 'x' })).toEqual({ a: 'x', n: 3 })
    expect(parseInput(schema, { n: 3 })).toEqual({ n: 3 })
  })

  it('names an unknown key and lists the known ones, in both languages', async () => {
    const error = await refusal(schema, { n: 1, deliveryID: 'YTO' })
    expect(error.fields).toEqual([
      {
        path: 'deliveryID',
        message: { zh: '没有这个输入项；可用的有：a, n', en: 'is not an input; known are: a, n' },
      },
    ])
    expect(error.text).toEqual({
      zh: '输入有误，请改正：deliveryID。',
      en: 'The input is not valid. Correct: deliveryID.',
    })
  })

  it('names every unknown key', async () => {
    expect(paths(await refusal(schema, { n: 1, x: 1, y: 2 }))).toEqual(['x', 'y'])
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', ''])(
    'refuses the own key %p',
    async key => {
      const input = JSON.parse(`{"n":1,"${key}":{"polluted":true}}`)
      const error = await refusal(schema, input)
      expect(paths(error)).toEqual([key])
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    },
  )

  it('says that a missing key is required', async () => {
    const error = await refusal(schema, {})
    expect(error.fields).toEqual([{ path: 'n', message: { zh: '必须提供', en: 'is required' } }])
  })

  it.each([null, [], 'text', 1, undefined])('refuses %p, which is no object', async input => {
    const error = await refusal(schema, input)
    expect(error.fields).toEqual([{ path: '', message: { zh: '应为一个对象', en: 'must be an object' } }])
    expect(error.text.en).toContain('event')
  })

  it('names every field at fault, each in both languages', async () => {
    const error = await refusal(exactly({ a: name(3), b: wholeNumber(1, 2), c: flag() }), { a: 7, b: 3, c: 'true' })
    expect(error.fields).toEqual([
      {
        path: 'a',
        message: { zh: '应为 1 至 3 个字符且非空白的字符串', en: 'must be a string of 1 to 3 characters, not blank' },
      },
      { path: 'b', message: { zh: '应为 1 至 2 的整数', en: 'must be a whole number from 1 to 2' } },
      { path: 'c', message: { zh: '应为 true 或 false', en: 'must be true or false' } },
    ])
  })
})

describe('a flood', () => {
  it('of unknown keys is refused at once, naming a few', async () => {
    const flood = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`${'k'.repeat(200)}${index}`, index]),
    )
    const error = await refusal(exactly({ a: flag() }), flood)
    expect(error.fields).toHaveLength(20)
    expect(JSON.stringify(error.fields).length).toBeLessThan(10_000)
  })

  it('of items is refused for its length, without a word on each', async () => {
    const error = await refusal(exactly({ a: listOf(flag(), 50) }), { a: Array(50_000).fill(0) })
    expect(error.fields).toEqual([
      { path: 'a', message: { zh: '应为 1 至 50 项的列表', en: 'must be a list of 1 to 50' } },
    ])
  })
})

describe('name', () => {
  const schema = exactly({ a: name(64) })

  it('takes 1 to the longest number of characters', () => {
    expect(parseInput(schema, { a: 'x' })).toEqual({ a: 'x' })
    expect(parseInput(schema, { a: 'x'.repeat(64) })).toEqual({ a: 'x'.repeat(64) })
  })

  it.each(['', '   ', 'x'.repeat(65), 'x'.repeat(10_001), 1, null, ['x'], { toString: () => 'x' }])(
    'refuses %p',
    async a => {
      expect(paths(await refusal(schema, { a }))).toEqual(['a'])
    },
  )
})

describe('wholeNumber', () => {
  const schema = exactly({ n: wholeNumber(1, 10) })

  it.each([1, 10])('takes its ends: %p', n => {
    expect(parseInput(schema, { n })).toEqual({ n })
  })

  it.each([0, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null, true, 5n])('refuses %p', async n => {
    expect(paths(await refusal(schema, { n }))).toEqual(['n'])
  })
})

describe('oneOf', () => {
  const schema = exactly({ action: oneOf(['read', 'write']) })

  it('takes a word of the list and refuses any other, listing them', async () => {
    expect(parseInput(schema, { action: 'write' })).toEqual({ action: 'write' })
    for (const action of ['Read', '', 1, 'constructor']) {
      const error = await refusal(schema, { action })
      expect(error.fields).toEqual([
        { path: 'action', message: { zh: '应为其中之一：read, write', en: 'must be one of: read, write' } },
      ])
    }
  })
})

describe('listOf', () => {
  const schema = exactly({ accounts: listOf(account, 5) })
  const good = { deliveryId: 'YTO', bizId: 'xyz' }

  it('names a fault inside by its path', async () => {
    const input = { accounts: [good, good, good, { deliveryId: 'SF', bizId: 5 }] }
    expect(paths(await refusal(schema, input))).toEqual(['accounts.3.bizId'])
  })

  it('names an unknown and a missing key inside by their paths', async () => {
    const unknown = await refusal(schema, { accounts: [good, { ...good, biz_id: 'x' }] })
    expect(paths(unknown)).toEqual(['accounts.1.biz_id'])
    const missing = await refusal(schema, { accounts: [{ deliveryId: 'SF' }] })
    expect(missing.fields).toEqual([{ path: 'accounts.0.bizId', message: { zh: '必须提供', en: 'is required' } }])
  })

  it('refuses a polluting key inside', async () => {
    const input = JSON.parse('{"accounts":[{"deliveryId":"YTO","bizId":"x","__proto__":{"polluted":1}}]}')
    expect(paths(await refusal(schema, input))).toEqual(['accounts.0.__proto__'])
  })

  it('takes the same item twice', () => {
    expect(parseInput(schema, { accounts: [good, good] })).toEqual({ accounts: [good, good] })
  })

  it.each<[unknown]>([[[]], [Array(6).fill(good)], [good], ['YTO'], [null]])('refuses %p', async accounts => {
    const error = await refusal(schema, { accounts })
    expect(error.fields).toEqual([
      { path: 'accounts', message: { zh: '应为 1 至 5 项的列表', en: 'must be a list of 1 to 5' } },
    ])
  })
})

describe('invalidArgument', () => {
  it('calls the event itself by its name', () => {
    const error = invalidArgument([{ path: '', message: { zh: '', en: '' } }])
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.text.en).toBe('The input is not valid. Correct: event.')
  })
})

async function refusal(schema: v.GenericSchema, input: unknown): Promise<CallError> {
  const error = await failureOf(() => parseInput(schema, input))
  expect(error.code).toBe('INVALID_ARGUMENT')
  return error
}

function paths(error: CallError): string[] {
  return (error.fields ?? []).map(({ path }) => path)
}
