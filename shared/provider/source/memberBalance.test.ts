import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { failureOf } from '../../../tests/support/failure'
import { environmentFrom } from '../../call'
import {
  answer,
  callWith,
  type FakeTencent,
  refuse,
  SECRETS,
  startFakeTencent,
  type TestCall,
} from '../../upstream/tencent/testing'
import { memberBalance } from './memberBalance'
import { readingsOf, stepsOf } from './testing'

let upstream: FakeTencent
/** How many members the fake organisation has. */
let size: number
let details: Record<number, object>
const calls: TestCall[] = []

const uinOf = (index: number) => String(700_000_000_000 + index)

function memberOf(index: number) {
  const plain = {
    MemberUin: uinOf(index),
    MemberName: `成员 ${index}`,
    IsCreditAccount: false,
    RealBalance: 100 + index,
  }
  return { ...plain, CreditAmount: 0, ...details[index] }
}

beforeEach(async () => {
  size = 3
  details = {}
  upstream = await startFakeTencent(({ parameters }) => {
    const { PageNumber, PageSize, MemberUins } = parameters as {
      PageNumber: number
      PageSize: number
      MemberUins?: string[]
    }
    if ((MemberUins?.length ?? 0) > 10 || PageSize > 10) return refuse('InvalidParameter')
    const found = Array.from({ length: size }, (_, index) => memberOf(index)).filter(
      ({ MemberUin }) => MemberUins?.includes(MemberUin) ?? true,
    )
    return answer({ TotalCount: found.length, Data: found.slice((PageNumber - 1) * PageSize, PageNumber * PageSize) })
  })
})

afterEach(async () => {
  for (const call of calls.splice(0)) call.deadline.release()
  await upstream.close()
})

function callNow(variables: NodeJS.ProcessEnv = {}): TestCall {
  const call = callWith({ TENCENT_BILLING_URL: upstream.url, TENCENT_REQUESTS_PER_SECOND: '10000', ...variables })
  calls.push(call)
  return call
}

describe('memberBalance', () => {
  it('is a balance, or a credit line, per member', async () => {
    details = {
      1: { MemberName: '', IsCreditAccount: true, RealBalance: -5, CreditAmount: 100_000 },
      2: { RealBalance: null, IsCreditAccount: null },
    }
    const rest = { period: null, resetsAt: null, returned: null }
    expect(await stepsOf(memberBalance, {}, callNow({ TENCENT_CURRENCY: 'CNY' }))).toEqual([
      {
        readings: [
          {
            key: uinOf(0),
            title: { zh: '成员 0', en: '成员 0' },
            kind: 'balance',
            unit: 'CNY',
            value: '1.00',
            limit: null,
            standing: 'current',
            ...rest,
          },
          {
            key: uinOf(1),
            title: { zh: uinOf(1), en: uinOf(1) },
            kind: 'credit',
            unit: 'CNY',
            value: '-0.05',
            limit: '1000.00',
            standing: 'current',
            ...rest,
          },
          {
            key: uinOf(2),
            title: { zh: '成员 2', en: '成员 2' },
            kind: 'balance',
            unit: 'CNY',
            value: null,
            limit: null,
            standing: 'no-data',
            ...rest,
          },
        ],
      },
    ])
  })

  it.each([0, 1, 10, 11, 43, 100])('reads %d members ten by ten, by no call too many', async members => {
    size = members
    const call = callNow()
    const steps = await stepsOf(memberBalance, {}, call)
    const expected = Math.max(1, Math.ceil(members / 10))
    expect([steps.length, upstream.requests.length, call.tally.upstreamCalls]).toEqual([expected, expected, expected])
    expect(readingsOf(steps).map(({ key }) => key)).toEqual(Array.from({ length: members }, (_, index) => uinOf(index)))
    expect(steps.map(({ next }) => next === undefined)).toEqual(steps.map((_, index) => index === expected - 1))
  })

  it('reads only those that are listed, each once', async () => {
    size = 43
    const uins = Array.from({ length: 24 }, (_, index) => uinOf(42 - index))
    const call = callNow({ MEMBER_UINS: `${uins.join(',')}, ${uinOf(42)}` })
    const steps = await stepsOf(memberBalance, {}, call)
    expect(upstream.requests.map(({ parameters }) => parameters['MemberUins'])).toEqual([
      uins.slice(0, 10),
      uins.slice(10, 20),
      uins.slice(20),
    ])
    expect(new Set(readingsOf(steps).map(({ key }) => key))).toEqual(new Set(uins))
    expect(steps.at(-1)).not.toHaveProperty('next')
  })

  it.each(['12a', '１２３', '-1', '1.5', ',', `1,${'9'.repeat(21)}`])(
    'is NOT_CONFIGURED with the members %j',
    async MEMBER_UINS => {
      expect(await failureOf(stepsOf(memberBalance, {}, callNow({ MEMBER_UINS })))).toMatchObject({
        code: 'NOT_CONFIGURED',
        message: expect.stringContaining('MEMBER_UINS'),
      })
      expect(upstream.requests).toHaveLength(0)
    },
  )

  it('throws what stops it, after the steps before', async () => {
    size = 25
    details = { 14: { RealBalance: 'much' } }
    const readings: string[] = []
    const work = async () => {
      for await (const step of memberBalance.read({ intervalMs: 1, mayRequest: () => true }, callNow())) {
        readings.push(...step.readings.map(({ key }) => key))
      }
    }
    expect((await failureOf(work)).code).toBe('UPSTREAM_CHANGED')
    expect(readings).toHaveLength(10)
  })

  it('is configured with a key', () => {
    expect(memberBalance.isConfigured(environmentFrom(SECRETS))).toBe(true)
    for (const name of Object.keys(SECRETS)) {
      expect(memberBalance.isConfigured(environmentFrom({ ...SECRETS, [name]: undefined }))).toBe(false)
    }
  })
})

describe('a place', () => {
  const listed = Array.from({ length: 43 }, (_, index) => uinOf(index)).join(' ')

  it.each<[string, NodeJS.ProcessEnv]>([
    ['everyone', {}],
    ['a list', { MEMBER_UINS: listed }],
  ])('goes on from wherever it was: %s', async (_name, variables) => {
    size = 43
    const whole = await stepsOf(memberBalance, {}, callNow(variables))
    expect(whole).toHaveLength(5)
    for (const most of [1, 2, 3, 4]) {
      const before = await stepsOf(memberBalance, {}, callNow(variables), most)
      const call = callNow(variables)
      const after = await stepsOf(memberBalance, { from: before.at(-1)?.next }, call)
      expect([...before, ...after]).toEqual(whole)
      expect(call.tally.upstreamCalls).toBe(5 - most)
    }
  })

  it('is where reading stopped when no more may be requested', async () => {
    size = 43
    const whole = readingsOf(await stepsOf(memberBalance, {}, callNow()))
    upstream.requests.length = 0
    const readings = []
    let from: unknown
    let invocations = 0
    do {
      const call = callNow()
      const mayRequest = (inFlight: number) => call.tally.upstreamCalls + inFlight < 2
      const steps = await stepsOf(memberBalance, { from, mayRequest }, call)
      readings.push(...readingsOf(steps))
      from = steps.at(-1)?.next
      invocations += 1
    } while (from !== undefined)
    expect(readings).toEqual(whole)
    expect(upstream.requests).toHaveLength(5)
    expect(invocations).toBeGreaterThan(1)
  })

  it('of another list, or damaged, starts over', async () => {
    size = 43
    const whole = await stepsOf(memberBalance, {}, callNow())
    const [ofList] = await stepsOf(memberBalance, {}, callNow({ MEMBER_UINS: listed }), 1)
    const own = whole[0]?.next as { of: string; place: object }
    const damaged = [
      ofList?.next,
      null,
      'x',
      7,
      [],
      { ...own, of: 'x' },
      { ...own, place: { ...own.place, page: -1 } },
      { ...own, place: { ...own.place, page: 5 } },
      { ...own, place: { ...own.place, total: '43' } },
      { ...own, more: 1 },
    ]
    for (const from of damaged) expect(await stepsOf(memberBalance, { from }, callNow())).toEqual(whole)
  })
})

describe('readOne', () => {
  it('is one call', async () => {
    const whole = readingsOf(await stepsOf(memberBalance, {}, callNow()))
    const call = callNow()
    expect(await memberBalance.readOne(uinOf(1), {}, call)).toEqual({ ...whole[1], at: expect.any(Number) })
    expect(call.tally.upstreamCalls).toBe(1)
  })

  it('is NOT_FOUND for one who is not there, or not listed', async () => {
    expect((await failureOf(memberBalance.readOne(uinOf(9), {}, callNow()))).code).toBe('NOT_FOUND')
    expect(upstream.requests).toHaveLength(1)
    for (const [key, variables] of [
      ['x', {}],
      [uinOf(1), { MEMBER_UINS: uinOf(0) }],
    ] as const) {
      expect((await failureOf(memberBalance.readOne(key, {}, callNow(variables)))).code).toBe('NOT_FOUND')
    }
    expect(upstream.requests).toHaveLength(1)
  })
})
