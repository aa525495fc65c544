import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { failureOf } from '../../tests/support/failure'
import { checkAnswer } from './answer'
import { changed, httpFailure } from './failure'

describe('httpFailure', () => {
  it.each<[number, string, boolean]>([
    [429, 'RATE_LIMITED', true],
    [500, 'UPSTREAM_UNAVAILABLE', true],
    [502, 'UPSTREAM_UNAVAILABLE', true],
    [503, 'UPSTREAM_UNAVAILABLE', true],
    [504, 'UPSTREAM_UNAVAILABLE', true],
    [400, 'UPSTREAM_REJECTED', false],
    [404, 'UPSTREAM_REJECTED', false],
    [302, 'UPSTREAM_REJECTED', false],
  ])('status %p is %s', (status, code, retryable) => {
    expect(httpFailure('huawei', status)).toMatchObject({
      code,
      retryable,
      upstream: { provider: 'huawei', code: `HTTP_${status}`, message: `HTTP status ${status}` },
    })
  })

  it('says what the body said', () => {
    const error = httpFailure('huawei', 500, { code: 'CBC.0999', message: 'broken', requestId: 'r1' })
    expect(error.upstream).toEqual({ provider: 'huawei', code: 'CBC.0999', message: 'broken', requestId: 'r1' })
    expect(error.text.en).toContain('CBC.0999')
  })
})

describe('changed', () => {
  it('is UPSTREAM_CHANGED, not retryable, naming what does not fit', () => {
    const error = changed('wechat', 'quotaNum: expected number', 'r1')
    expect(error).toMatchObject({ code: 'UPSTREAM_CHANGED', retryable: false })
    expect(error.upstream).toMatchObject({ message: 'quotaNum: expected number', requestId: 'r1' })
    expect(changed('wechat', 'x').upstream).not.toHaveProperty('requestId')
  })
})

describe('checkAnswer', () => {
  const schema = v.object({ list: v.array(v.object({ n: v.pipe(v.number(), v.safeInteger()) })) })

  it('gives the documented part of the answer', () => {
    expect(checkAnswer(schema, { list: [{ n: 1, more: 2 }], extra: 1 }, 'wechat')).toEqual({ list: [{ n: 1 }] })
  })

  it.each<[unknown, string]>([
    [{ list: [{ n: 1 }, { n: 'canary' }] }, 'list.1.n'],
    [{ list: [{ n: 1.5 }] }, 'list.0.n'],
    [{ list: [{ n: 2 ** 53 }] }, 'list.0.n'],
    [{ list: 'canary' }, 'list'],
    [{}, 'list'],
    ['canary', 'answer'],
    [null, 'answer'],
    [[], 'list'],
  ])('%p is UPSTREAM_CHANGED at %s; what came is not repeated', async (answer, where) => {
    const error = await failureOf(() => checkAnswer(schema, answer, 'wechat', 'r1'))
    expect(error).toMatchObject({ code: 'UPSTREAM_CHANGED', upstream: { requestId: 'r1' } })
    expect(error.upstream?.message).toMatch(new RegExp(`^${where.replaceAll('.', '\\.')}: expected `))
    expect(JSON.stringify([error, error.message, error.text])).not.toContain('canary')
  })
})
