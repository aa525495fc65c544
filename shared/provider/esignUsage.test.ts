import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type * as v from 'valibot'
import { checkAnswer } from '../upstream/answer'
import type { TencentRequest } from '../upstream/tencent/request'
import { callWith, manualClock, type TestCall } from '../upstream/tencent/testing'
import type { UsageDetails, UsageQuery, UsageSums } from './esignUsage'

// Not imports: those would come before the mock.
jest.mock('../upstream/tencent/request')
const { requestTencent } = require('../upstream/tencent/request') as typeof import('../upstream/tencent/request')
const { LONGEST_CURSOR } = require('../upstream/tencent') as typeof import('../upstream/tencent')
const { readUsageDetail } = require('./esignUsage') as typeof import('./esignUsage')

interface Parameters {
  Agent: { AppId: string; ProxyOrganizationOpenId?: string }
  StartTime: string
  EndTime: string
  QuotaType?: string
  Offset: number
  Limit: number
}

/** How many records the fake has in each month. */
let months: Record<string, number>
/** How many requests each call may make before its time is up. */
let allowance: number
let asked: Parameters[]
let spoil: (answer: { Total: number; Details?: object[] }, parameters: Parameters) => object
const calls: TestCall[] = []

function detailOf(month: string, index: number) {
  const isReturn = index % 7 === 3
  return {
    CostTime: 1695037514 + index,
    CostType: isReturn ? 2 : 1,
    CreateOrganizationName: '典子谦示例企业',
    FlowId: `${month}-${index}`,
    FlowName: '典子谦示例合同',
    OperatorName: '张三;典子谦',
    QuotaName: '企业版运营礼包',
    QuotaType: index % 3 === 0 ? 'SignSMS' : 'CloudEnterprise',
    Remark: '',
    FlowStatus: 'ALL',
    UseCount: isReturn ? -2 : 1 + (index % 5),
  }
}

function serve({ StartTime, Offset, Limit }: Parameters) {
  const month = StartTime.slice(0, 6)
  const total = months[month] ?? 0
  const from = Offset * Limit
  const size = Math.max(0, Math.min(Limit, total - from))
  const details = Array.from({ length: size }, (_, index) => detailOf(month, from + index))
  return { Total: total, ...(total > 0 && { Details: details }) }
}

beforeEach(() => {
  months = {}
  allowance = Number.POSITIVE_INFINITY
  asked = []
  spoil = answer => answer
  jest.mocked(requestTencent).mockImplementation(async (request: TencentRequest<v.GenericSchema>, call) => {
    const parameters = request.parameters as unknown as Parameters
    expect(request).toMatchObject({ service: 'essbasic', action: 'ChannelDescribeBillUsageDetail' })
    expect(parameters.StartTime.slice(0, 6)).toBe(parameters.EndTime.slice(0, 6))
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

function read(query: UsageQuery) {
  asked = []
  const call = callWith({ TENCENT_ESS_APP_ID: 'app' }, manualClock())
  calls.push(call)
  return readUsageDetail(query, call)
}

const readDetails = async (query: UsageQuery) => (await read(query)) as UsageDetails
const readSums = async (query: UsageQuery) => (await read(query)) as UsageSums

const range = { startTime: '20230902', endTime: '20231130' }

/** What the fake has for the range, in order. */
function everyId(): string[] {
  return ['202309', '202310', '202311'].flatMap(month =>
    Array.from({ length: months[month] ?? 0 }, (_, index) => `${month}-${index}`),
  )
}

describe('one page', () => {
  it('is asked for as documented, and comes in camelCase', async () => {
    months = { '202309': 1 }
    const query = { startTime: '20230902', endTime: '20230930', quotaType: 'CloudEnterprise', offset: 0, limit: 20 }
    expect(await read({ ...query, proxyOrganizationOpenId: 'org_dianziqian' })).toEqual({
      details: [
        {
          costTime: 1695037514,
          costType: 1,
          createOrganizationName: '典子谦示例企业',
          flowId: '202309-0',
          flowName: '典子谦示例合同',
          operatorName: '张三;典子谦',
          quotaName: '企业版运营礼包',
          quotaType: 'SignSMS',
          remark: '',
          flowStatus: 'ALL',
          useCount: 1,
        },
      ],
      total: 1,
    })
    expect(asked).toEqual([
      {
        Agent: { AppId: 'app', ProxyOrganizationOpenId: 'org_dianziqian' },
        StartTime: '20230902',
        EndTime: '20230930',
        QuotaType: 'CloudEnterprise',
        Offset: 0,
        Limit: 20,
      },
    ])
  })

  it('is the first of fifty records unless asked otherwise', async () => {
    months = { '202309': 120 }
    const { details, total } = await readDetails({ startTime: '20230902', endTime: '20230930' })
    expect([details.length, total]).toEqual([50, 120])
    expect(asked).toEqual([
      { Agent: { AppId: 'app' }, StartTime: '20230902', EndTime: '20230930', Offset: 0, Limit: 50 },
    ])
  })

  it('without records is empty, past the end too', async () => {
    expect(await read({ startTime: '20230902', endTime: '20230930' })).toEqual({ details: [], total: 0 })
    months = { '202309': 3 }
    expect(await read({ startTime: '20230902', endTime: '20230930', offset: 9 })).toEqual({ details: [], total: 3 })
  })

  it('needs TENCENT_ESS_APP_ID', async () => {
    const call = callWith({}, manualClock())
    calls.push(call)
    for (const mode of [{}, { all: true }]) {
      await expect(readUsageDetail({ ...range, ...mode }, call)).rejects.toMatchObject({ code: 'NOT_CONFIGURED' })
    }
    expect(asked).toHaveLength(0)
  })
})

describe('everything', () => {
  it('is every page of every month, in order', async () => {
    months = { '202309': 120, '202310': 0, '202311': 51 }
    const { details, ...rest } = await readDetails({ ...range, all: true })
    expect(details.map(({ flowId }) => flowId)).toEqual(everyId())
    expect(rest).toEqual({ total: 171 })
    expect(asked.map(({ StartTime, EndTime, Offset, Limit }) => [StartTime, EndTime, Offset, Limit])).toEqual([
      ['20230902', '20230930', 0, 50],
      ['20230902', '20230930', 1, 50],
      ['20230902', '20230930', 2, 50],
      ['20231001', '20231031', 0, 50],
      ['20231101', '20231130', 0, 50],
      ['20231101', '20231130', 1, 50],
    ])
  })

  it('is summed without its details', async () => {
    months = { '202309': 120, '202310': 0, '202311': 51 }
    const { details } = await readDetails({ ...range, all: true })
    const { summary, ...rest } = await readSums({ ...range, summarize: true })
    expect(rest).toEqual({})
    expect(summary.map(({ quotaType }) => quotaType)).toEqual(['CloudEnterprise', 'SignSMS'])
    for (const { quotaType, charged, returned, net, records } of summary) {
      const own = details.filter(detail => detail.quotaType === quotaType)
      const sum = (costType: number) =>
        own.filter(detail => detail.costType === costType).reduce((total, { useCount }) => total + useCount, 0)
      expect({ charged, returned, net, records }).toEqual({
        charged: sum(1),
        returned: -sum(2),
        net: sum(1) + sum(2),
        records: own.length,
      })
    }
  })

  it('stops before the answer grows too large, and goes on from there', async () => {
    months = { '202309': 6000 }
    const ids: (string | null)[] = []
    let cursor: string | undefined
    let answers = 0
    do {
      const answer: UsageDetails = await readDetails({ ...range, all: true, cursor })
      expect(JSON.stringify(answer).length).toBeLessThan(950_000)
      expect(answer.total).toBe(6000)
      ids.push(...answer.details.map(({ flowId }) => flowId))
      // Nothing is asked for in vain.
      expect(asked.length).toBeLessThanOrEqual(Math.ceil(answer.details.length / 50) + 2)
      cursor = answer.next
      answers += 1
    } while (cursor !== undefined)
    expect(ids).toEqual(everyId())
    expect(answers).toBeGreaterThan(1)
  })
})

describe('a call that runs out of time', () => {
  const settings = { '202309': 120, '202310': 0, '202311': 51 }

  /** Calls again with `next` until the answer is whole; the first call may make `first` requests, the others `rest`. */
  async function readOn<Answer extends UsageDetails | UsageSums>(query: UsageQuery, first: number, rest: number) {
    const answers: Answer[] = []
    let cursor: string | undefined
    for (allowance = first; ; allowance = rest) {
      const answer = (await read({ ...query, cursor })) as Answer
      answers.push(answer)
      expect(answer.partial).toBe(answer.next === undefined ? undefined : true)
      if (answer.next === undefined) return answers
      expect(answer.next.length).toBeLessThan(LONGEST_CURSOR)
      expect(answer.next).not.toBe(cursor)
      cursor = answer.next
    }
  }

  it.each([1, 2, 3, 4, 5, 6, 7])('after %d requests loses no record and has none twice', async requests => {
    months = settings
    for (const rest of [requests, Number.POSITIVE_INFINITY]) {
      const answers = await readOn<UsageDetails>({ ...range, all: true }, requests, rest)
      expect(answers.flatMap(({ details }) => details.map(({ flowId }) => flowId))).toEqual(everyId())
      expect(answers.at(-1)?.total).toBe(171)
      // As many pages as were read are in the answer.
      expect(answers[0]?.details.length).toBe([50, 100, 120, 120, 170, 171, 171][requests - 1])
    }
  })

  it.each([1, 2, 3, 4, 5, 6, 7])('after %d requests carries the summary on', async requests => {
    months = settings
    const whole = await readSums({ ...range, summarize: true })
    for (const rest of [requests, Number.POSITIVE_INFINITY]) {
      const answers = await readOn<UsageSums>({ ...range, summarize: true }, requests, rest)
      expect(answers.at(-1)).toEqual(whole)
    }
  })

  it('before its first page fails, rather than answer nothing', async () => {
    months = settings
    allowance = 0
    await expect(read({ ...range, all: true })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await expect(read({ ...range, summarize: true })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  it('fails with a refusal that comes in time', async () => {
    months = settings
    spoil = (answer, { Offset }) => (Offset === 1 ? { ...answer, Details: [{}] } : answer)
    await expect(read({ ...range, all: true })).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
    await expect(read({ ...range, summarize: true })).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
  })
})

describe('a total that changes while a month is read', () => {
  it('is told', async () => {
    months = { '202309': 120 }
    spoil = (answer, { Offset }) => {
      if (Offset === 1) months['202309'] = 149
      return answer
    }
    const answer = await readDetails({ ...range, all: true })
    expect(answer).toMatchObject({ total: 149, changedWhileReading: true })
    expect(answer.details).toHaveLength(149)
  })

  it('is told when it happens between two calls, and to the last of them', async () => {
    months = { '202309': 120, '202311': 51 }
    allowance = 2
    const first = await readSums({ ...range, summarize: true })
    expect(first.changedWhileReading).toBeUndefined()
    months['202309'] = 121
    const second = await readSums({ ...range, summarize: true, cursor: first.next })
    expect(second).toMatchObject({ partial: true, changedWhileReading: true })
    allowance = Number.POSITIVE_INFINITY
    const last = await readSums({ ...range, summarize: true, cursor: second.next })
    expect(last.partial).toBeUndefined()
    expect(last.changedWhileReading).toBe(true)
  })
})

describe('an answer that does not fit its documentation', () => {
  it.each<[string, typeof spoil]>([
    ['no details where there are some', ({ Total }) => ({ Total })],
    ['a page shorter than promised', ({ Total, Details = [] }) => ({ Total, Details: Details.slice(1) })],
    ['a page longer than promised', ({ Total, Details = [] }) => ({ Total, Details: [...Details, ...Details] })],
    ['no total', ({ Details = [] }) => ({ Details })],
    ['a record without UseCount', ({ Total }) => ({ Total, Details: [{ CostType: 1, QuotaType: 'SignSMS' }] })],
    ['a record without CostType', ({ Total }) => ({ Total, Details: [{ UseCount: 1, QuotaType: 'SignSMS' }] })],
    ['a record without QuotaType', ({ Total }) => ({ Total, Details: [{ UseCount: 1, CostType: 1 }] })],
    ['a count that is text', ({ Total }) => ({ Total, Details: [{ ...detailOf('202309', 0), UseCount: '1' }] })],
  ])('is refused: %s', async (_name, spoiling) => {
    months = { '202309': 1 }
    spoil = (answer, parameters) => (parameters.StartTime === '20230902' ? spoiling(answer, parameters) : answer)
    await expect(read({ ...range, all: true })).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
    await expect(read({ ...range, summarize: true })).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' })
  })

  it('leaves descriptions out: they are null', async () => {
    months = { '202309': 1 }
    spoil = ({ Total }) => ({ Total, Details: [{ CostType: 1, QuotaType: 'NoAuthSign', UseCount: 2, Remark: null }] })
    const { details } = await readDetails({ startTime: '20230902', endTime: '20230930' })
    expect(details[0]).toMatchObject({
      quotaType: 'NoAuthSign',
      useCount: 2,
      remark: null,
      flowName: null,
      costTime: null,
    })
  })
})

describe('a cursor', () => {
  it.each<[string, Partial<UsageQuery>]>([
    ['range', { endTime: '20231129' }],
    ['kind', { quotaType: 'SignSMS' }],
    ['organisation', { proxyOrganizationOpenId: 'org' }],
    ['mode', { all: undefined, summarize: true }],
  ])('of another %s is refused before any request', async (_name, difference) => {
    months = { '202309': 120 }
    allowance = 1
    const { next } = await readDetails({ ...range, all: true })
    const other = read({ ...range, all: true, ...difference, cursor: next })
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', fields: [{ path: 'cursor' }] })
    expect(asked).toHaveLength(0)
  })
})
