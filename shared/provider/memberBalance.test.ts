import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type * as v from 'valibot'
import { checkAnswer } from '../upstream/answer'
import type { TencentRequest } from '../upstream/tencent/request'
import { callWith, manualClock, type TestCall } from '../upstream/tencent/testing'
import type { MemberBalanceQuery, MemberBalances } from './memberBalance'

// Not imports: those would come before the mock.
jest.mock('../upstream/tencent/request', () => {
  const actual = jest.requireActual<typeof import('../upstream/tencent/request')>('../upstream/tencent/request')
  return { ...actual, requestTencent: jest.fn() }
})
const { requestTencent } = require('../upstream/tencent/request') as typeof import('../upstream/tencent/request')
const { readMemberBalances } = require('./memberBalance') as typeof import('./memberBalance')

interface Parameters {
  PageNumber: number
  PageSize: number
  MemberUins?: string[]
}

/** How many members the fake organisation has. */
let size: number
/** How many requests each call may make before its time is up. */
let allowance: number
let asked: Parameters[]
let spoil: (answer: object, parameters: Parameters) => object
const calls: TestCall[] = []

const uinOf = (index: number) => String(700001941608 + index)

function memberOf(index: number) {
  return {
    BasicCreditAmount: 0,
    CashAccountBalance: 36365911 + index,
    CreditAmount: 0,
    IsCreditAccount: false,
    MemberName: 'kleinerwang_test',
    MemberUin: uinOf(index),
    OweAmount: 0,
    RealBalance: 36365911 - index,
    TempCredit: 0,
  }
}

function serve({ PageNumber, PageSize, MemberUins }: Parameters) {
  const everyone = Array.from({ length: size }, (_, index) => memberOf(index))
  const found = everyone.filter(({ MemberUin }) => !MemberUins || MemberUins.includes(MemberUin))
  const data = found.slice((PageNumber - 1) * PageSize, PageNumber * PageSize)
  return { Data: data, PageNumber, PageSize: data.length, TotalCount: found.length }
}

beforeEach(() => {
  size = 1
  allowance = Number.POSITIVE_INFINITY
  asked = []
  spoil = answer => answer
  jest.mocked(requestTencent).mockImplementation(async (request: TencentRequest<v.GenericSchema>, call) => {
    const parameters = request.parameters as unknown as Parameters
    expect(request).toMatchObject({ service: 'billing', action: 'DescribeOrgMemberAccountBalance' })
    asked.push(parameters)
    if (asked.length > allowance) {
      // After everything that was allowed has been taken in.
      setImmediate(() => (call.clock as ReturnType<typeof manualClock>).advance(20_000))
      return call.deadline.race(new Promise<never>(() => {}))
    }
    return checkAnswer(request.answer, spoil(serve(parameters), parameters), 'tencent')
  })
})

afterEach(() => {
  for (const call of calls.splice(0)) call.deadline.release()
})

function read(query: MemberBalanceQuery, variables: NodeJS.ProcessEnv = {}): Promise<MemberBalances> {
  asked = []
  const call = callWith(variables, manualClock())
  calls.push(call)
  return readMemberBalances(query, call)
}

const upTo = (length: number) => Array.from({ length }, (_, index) => uinOf(index))
const uinsOf = (answers: MemberBalances[]) => answers.flatMap(({ members }) => members.map(member => member.memberUin))

describe('one page', () => {
  it('of the documented example', async () => {
    expect(await read({ memberUins: ['700001941608'] })).toEqual({
      members: [
        {
          memberUin: '700001941608',
          memberName: 'kleinerwang_test',
          isCreditAccount: false,
          realBalance: '363659.11',
          cashAccountBalance: '363659.11',
          creditAmount: '0.00',
          basicCreditAmount: '0.00',
          tempCredit: '0.00',
          oweAmount: '0.00',
          currency: 'USD',
        },
      ],
      totalCount: 1,
    })
    expect(asked).toEqual([{ PageNumber: 1, PageSize: 10, MemberUins: ['700001941608'] }])
  })

  it('is the page asked for', async () => {
    size = 12
    const answer = await read({ pageNumber: 3, pageSize: 5 })
    expect(uinsOf([answer])).toEqual([uinOf(10), uinOf(11)])
    expect(answer.totalCount).toBe(12)
    expect(asked).toEqual([{ PageNumber: 3, PageSize: 5 }])
  })

  it('without members is empty, with and without Data', async () => {
    size = 0
    expect(await read({})).toEqual({ members: [], totalCount: 0 })
    spoil = () => ({ TotalCount: 0, Data: null })
    expect(await read({})).toEqual({ members: [], totalCount: 0 })
  })
})

describe('an amount', () => {
  it.each<[unknown, string | null]>([
    [0, '0.00'],
    [-5, '-0.05'],
    [12.5, '0.125'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
    [null, null],
    [undefined, null],
  ])('of %j cents is %j', async (RealBalance, realBalance) => {
    spoil = () => ({ TotalCount: 1, Data: [{ ...memberOf(0), RealBalance }] })
    expect((await read({})).members[0]?.realBalance).toBe(realBalance)
  })

  it.each(['36365911', true, {}, 2 ** 53, 0.1 + 0.2])('of %j is none', async RealBalance => {
    spoil = () => ({ TotalCount: 1, Data: [{ ...memberOf(0), RealBalance }] })
    await expect(read({})).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
  })

  it('is in the currency of the host, unless configured', async () => {
    const currency = async (variables: NodeJS.ProcessEnv) => (await read({}, variables)).members[0]?.currency
    expect(await currency({})).toBe('USD')
    expect(await currency({ TENCENT_BILLING_URL: 'http://127.0.0.1:1' })).toBe('USD')
    expect(await currency({ TENCENT_BILLING_URL: 'https://billing.tencentcloudapi.com' })).toBe('CNY')
    expect(await currency({ TENCENT_CURRENCY: 'SGD' })).toBe('SGD')
    await expect(currency({ TENCENT_CURRENCY: 'usd' })).rejects.toMatchObject({ code: 'NOT_CONFIGURED' })
  })
})

describe('an answer that does not fit its documentation', () => {
  it.each<[string, object]>([
    ['no Data', { TotalCount: 1 }],
    ['no TotalCount', { Data: [memberOf(0)] }],
    ['a total that is text', { TotalCount: '1', Data: [memberOf(0)] }],
    ['a member without MemberUin', { TotalCount: 1, Data: [{ RealBalance: 1 }] }],
    ['a uin that is a number', { TotalCount: 1, Data: [{ ...memberOf(0), MemberUin: 700001941608 }] }],
  ])('is refused: %s', async (_name, answer) => {
    spoil = () => answer
    await expect(read({})).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
  })

  it('is refused when a page of everyone is short', async () => {
    size = 25
    spoil = (answer, { PageNumber }) => (PageNumber === 2 ? { ...answer, Data: [memberOf(10)] } : answer)
    await expect(read({ all: true })).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
  })

  it('leaves descriptions out: they are null', async () => {
    spoil = () => ({ TotalCount: 1, Data: [{ MemberUin: '1' }] })
    expect((await read({})).members[0]).toMatchObject({ memberUin: '1', memberName: null, isCreditAccount: null })
  })
})

describe('everyone', () => {
  it.each([0, 1, 9, 10, 11, 100, 101])('of %d is read by TotalCount', async members => {
    size = members
    const answer = await read({ all: true })
    expect(uinsOf([answer])).toEqual(upTo(members))
    expect(answer).toEqual({ members: expect.anything(), totalCount: members })
    expect(asked).toHaveLength(Math.max(1, Math.ceil(members / 10)))
    expect(asked.every(({ PageSize, MemberUins }) => PageSize === 10 && MemberUins === undefined)).toBe(true)
  })

  it('is told when members come or go meanwhile', async () => {
    size = 25
    spoil = answer => {
      size = 31
      return answer
    }
    expect(await read({ all: true })).toMatchObject({ totalCount: 31, changedWhileReading: true })
  })
})

describe('a call that runs out of time', () => {
  it.each<[string, MemberBalanceQuery]>([
    ['everyone', { all: true }],
    ['a long list', { memberUins: upTo(43) }],
  ])('goes on with its cursor, wherever it stopped: %s', async (_name, query) => {
    size = 43
    for (const requests of [1, 2, 3, 4, 5]) {
      for (const rest of [requests, Number.POSITIVE_INFINITY]) {
        const answers: MemberBalances[] = []
        let cursor: string | undefined
        allowance = requests
        do {
          const answer = await read({ ...query, cursor })
          expect(answer.partial).toBe(answer.next === undefined ? undefined : true)
          answers.push(answer)
          cursor = answer.next
          allowance = rest
        } while (cursor !== undefined)
        expect(uinsOf(answers)).toEqual(upTo(43))
        expect(answers[0]?.members).toHaveLength(Math.min(43, requests * 10))
        expect(answers.at(-1)?.totalCount).toBe(43)
      }
    }
  })

  it('before its first page fails, rather than answer nothing', async () => {
    allowance = 0
    await expect(read({ all: true })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  it.each<[string, MemberBalanceQuery]>([
    ['everyone', { all: true }],
    ['other uins', { memberUins: upTo(42) }],
  ])('gives a cursor that does not serve another question: %s', async (_name, other) => {
    size = 43
    allowance = 1
    const { next } = await read({ memberUins: upTo(43) })
    const wrong = read({ ...other, cursor: next })
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', fields: [{ path: 'cursor' }] })
    expect(asked).toHaveLength(0)
  })
})

describe('a long list of uins', () => {
  it('is split into calls of ten, in order', async () => {
    size = 20
    const answer = await read({ memberUins: upTo(25) })
    expect(asked.map(({ MemberUins }) => MemberUins?.length)).toEqual([10, 10, 5])
    expect(uinsOf([answer])).toEqual(upTo(20))
    expect(answer.totalCount).toBe(20)
  })
})
