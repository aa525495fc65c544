import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../../tests/support/failure'
import type { Caller } from './caller'
import { inputFrom } from './event'

const CLIENT: Caller = { kind: 'client', openid: 'oABC' }
const TIMER: Caller = { kind: 'timer' }
const TICK = { Type: 'Timer', TriggerName: 'daily', Time: '2026-11-20T04:00:00Z' }

describe('inputFrom a client', () => {
  it('is the event without what the platform adds', () => {
    const event = { a: 1, userInfo: { appId: 'wx1', openId: 'oFAKE' }, tcbContext: {} }
    expect(inputFrom(event, CLIENT)).toEqual({ a: 1 })
    expect(event.userInfo.openId).toBe('oFAKE')
  })

  it("keeps a timer's keys: a client that sends them is a client, and they are unknown inputs", () => {
    expect(inputFrom({ ...TICK, Message: '{"a":1}' }, CLIENT)).toEqual({ ...TICK, Message: '{"a":1}' })
  })

  it.each<Caller>([{ kind: 'function' }, { kind: 'http' }, { kind: 'unknown' }])('and so does %p', caller => {
    expect(inputFrom({ ...TICK, a: 1 }, caller)).toEqual({ ...TICK, a: 1 })
  })

  it('keeps an own key __proto__, for the schema to refuse', () => {
    const input = inputFrom(JSON.parse('{"__proto__":{"polluted":1},"a":1}'), CLIENT)
    expect(Object.keys(input)).toEqual(['__proto__', 'a'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype)
  })

  it('is empty without an event', () => {
    expect(inputFrom(undefined, CLIENT)).toEqual({})
  })

  it.each<[unknown]>([[null], [[]], [[{ a: 1 }]], ['{"a":1}'], [''], [0], [7], [true], [() => {}]])(
    'is INVALID_ARGUMENT for %p',
    async event => {
      const error = await failureOf(() => inputFrom(event, CLIENT))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.fields).toEqual([{ path: '', message: { zh: '应为一个 JSON 对象', en: 'must be a JSON object' } }])
    },
  )
})

describe('inputFrom a timer', () => {
  it('is the JSON object in Message', () => {
    expect(inputFrom({ ...TICK, Message: '{"deliveryId":"YTO","list":[1]}' }, TIMER)).toEqual({
      deliveryId: 'YTO',
      list: [1],
    })
  })

  it.each([undefined, '', '  \n'])('is empty when Message is %p', Message => {
    expect(inputFrom({ ...TICK, Message }, TIMER)).toEqual({})
  })

  it('takes a Message that is an object already', () => {
    expect(inputFrom({ ...TICK, Message: { a: 1 } }, TIMER)).toEqual({ a: 1 })
  })

  it('keeps keys that are not the platform’s', () => {
    expect(inputFrom({ ...TICK, extra: 1, Message: '{"a":1}' }, TIMER)).toEqual({ extra: 1, a: 1 })
  })

  it('does not take userInfo in Message for the platform’s', () => {
    expect(inputFrom({ ...TICK, Message: '{"userInfo":1}' }, TIMER)).toEqual({ userInfo: 1 })
  })

  it.each<[unknown]>([['user define msg body'], ['{"a":'], ['[1]'], ['7'], ['null'], ['"text"'], [[1]], [7], [null]])(
    'is INVALID_ARGUMENT naming Message for %p',
    async Message => {
      const error = await failureOf(() => inputFrom({ ...TICK, Message }, TIMER))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.fields?.map(({ path }) => path)).toEqual(['Message'])
    },
  )

  it('takes an event that is no timer’s for the input itself', () => {
    expect(inputFrom({ a: 1, Message: 'x' }, TIMER)).toEqual({ a: 1, Message: 'x' })
  })
})
