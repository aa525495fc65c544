import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import {
  answer,
  type FakeTencent,
  hang,
  type ReceivedRequest,
  startFakeTencent,
} from '../../shared/upstream/tencent/testing'
import { main } from '.'

const untouched = { ...process.env }
let fake: FakeTencent
let respond: Parameters<typeof startFakeTencent>[0]

beforeAll(async () => {
  fake = await startFakeTencent(request => respond(request))
})

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => {})
  fake.requests.length = 0
  respond = documented
  Object.assign(process.env, {
    // A timer: it needs no role.
    TRIGGER_SRC: 'timer',
    TENCENT_BILLING_URL: fake.url,
    TENCENT_ESS_URL: fake.url,
    TENCENT_SECRET_ID: 'AKIDcanary',
    TENCENT_SECRET_KEY: 'canarySecretKey',
    TENCENT_ESS_APP_ID: 'yDwFdUUckpsw',
    TENCENT_REQUESTS_PER_SECOND: '1000',
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  // In place: the function keeps the object.
  for (const key of Object.keys(process.env)) if (!(key in untouched)) delete process.env[key]
})

afterAll(() => fake.close())

/** The examples of the documentation. */
function documented({ action }: ReceivedRequest) {
  if (action === 'DescribeOrgMemberAccountBalance')
    return answer({ Data: [member(0)], PageNumber: 1, PageSize: 1, TotalCount: 1 })
  return answer({
    Details: [{ CostTime: 1695037514, CostType: 1, QuotaType: 'CloudEnterprise', UseCount: 1, FlowStatus: 'ALL' }],
    Total: 1,
  })
}

function member(index: number) {
  return {
    MemberUin: String(700001941608 + index),
    MemberName: 'kleinerwang_test',
    RealBalance: 36365911,
    OweAmount: 0,
  }
}

const september = { action: 'usageDetail', startTime: '20230902', endTime: '20230930' }

describe('tencentBilling', () => {
  it('reads balances', async () => {
    expect(await main({ action: 'memberBalances' }, { request_id: 'r' })).toMatchObject({
      ok: true,
      data: { members: [{ memberUin: '700001941608', realBalance: '363659.11', tempCredit: null }], totalCount: 1 },
      requestId: 'r',
    })
  })

  it('reads usage, as a page, whole, and summed', async () => {
    const details = [{ costTime: 1695037514, costType: 1, quotaType: 'CloudEnterprise', useCount: 1, flowName: null }]
    expect(await main(september)).toMatchObject({ ok: true, data: { details, total: 1 } })
    expect(await main({ ...september, all: true })).toMatchObject({ ok: true, data: { details, total: 1 } })
    const summary = [{ quotaType: 'CloudEnterprise', charged: 1, returned: 0, net: 1, records: 1 }]
    expect(await main({ ...september, summarize: true })).toMatchObject({ ok: true, data: { summary } })
  })

  it('answers what it has when the upstream hangs', async () => {
    const Data = Array.from({ length: 10 }, (_, index) => member(index))
    respond = ({ parameters }) => (parameters['PageNumber'] === 1 ? answer({ Data, TotalCount: 30 }) : hang)
    const result = await main({ action: 'memberBalances', all: true }, { time_limit_in_ms: 100 })
    expect(result).toMatchObject({ ok: true, data: { totalCount: 30, partial: true, next: expect.any(String) } })
    expect(result.ok && 'members' in result.data && result.data.members).toHaveLength(10)
  })
})

describe('input that is not valid', () => {
  const uins = Array.from({ length: 501 }, (_, index) => String(index))
  const members = { action: 'memberBalances' }

  it.each<[string, object, string]>([
    ['no action', {}, 'action'],
    ['another action', { action: 'pay' }, 'action'],
    ['an action of another type', { action: ['memberBalances'] }, 'action'],
    ['an unknown key', { ...members, pageNum: 1 }, 'pageNum'],
    ['a key of the other action', { ...members, limit: 1 }, 'limit'],
    ['a polluting key', { ...members, ...JSON.parse('{"constructor":1}') }, 'constructor'],
    ['page 0', { ...members, pageNumber: 0 }, 'pageNumber'],
    ['pageSize 11', { ...members, pageSize: 11 }, 'pageSize'],
    ['a pageSize that is text', { ...members, pageSize: '10' }, 'pageSize'],
    ['NaN', { ...members, pageSize: Number.NaN }, 'pageSize'],
    ['a uin with letters', { ...members, memberUins: ['70000194160a'] }, 'memberUins.0'],
    ['a uin that is a number', { ...members, memberUins: [700001941608] }, 'memberUins.0'],
    ['a uin of 21 digits', { ...members, memberUins: ['1', '1'.repeat(21)] }, 'memberUins.1'],
    ['no uins', { ...members, memberUins: [] }, 'memberUins'],
    ['501 uins', { ...members, memberUins: uins }, 'memberUins'],
    ['a uin twice', { ...members, memberUins: ['1', '2', '1'] }, 'memberUins'],
    ['everyone among some', { ...members, all: true, memberUins: ['1'] }, 'all'],
    ['a page of everyone', { ...members, all: true, pageNumber: 1 }, 'pageNumber'],
    ['a page size of everyone', { ...members, all: true, pageSize: 10 }, 'pageSize'],
    ['a page of a long list', { ...members, memberUins: uins.slice(0, 11), pageNumber: 2 }, 'pageNumber'],
    ['a cursor for one page', { ...members, cursor: 'abc' }, 'cursor'],
    ['a made-up cursor', { ...members, all: true, cursor: 'abc' }, 'cursor'],
    ['an empty cursor', { ...members, all: true, cursor: '' }, 'cursor'],
    ['a cursor of 10,001 characters', { ...members, all: true, cursor: 'a'.repeat(10_001) }, 'cursor'],
    ['no range', { action: 'usageDetail', endTime: '20230930' }, 'startTime'],
    ['a date that does not exist', { ...september, startTime: '20230229' }, 'startTime'],
    ['a date with dashes', { ...september, endTime: '2023-09-30' }, 'endTime'],
    ['a date that is a number', { ...september, endTime: 20230930 }, 'endTime'],
    ['end before start', { ...september, endTime: '20230901' }, 'endTime'],
    ['end before start of everything', { ...september, endTime: '20230901', all: true }, 'endTime'],
    ['a page over two months', { ...september, endTime: '20231001' }, 'endTime'],
    ['limit 0', { ...september, limit: 0 }, 'limit'],
    ['limit 500', { ...september, limit: 500 }, 'limit'],
    ['offset -1', { ...september, offset: -1 }, 'offset'],
    ['a fraction of a page', { ...september, offset: 0.5 }, 'offset'],
    ['an unknown kind', { ...september, quotaType: 'Cloud' }, 'quotaType'],
    ['an empty organisation', { ...september, proxyOrganizationOpenId: '' }, 'proxyOrganizationOpenId'],
    ['a long organisation', { ...september, proxyOrganizationOpenId: 'o'.repeat(65) }, 'proxyOrganizationOpenId'],
    ['a limit of everything', { ...september, all: true, limit: 50 }, 'limit'],
    ['an offset of a summary', { ...september, summarize: true, offset: 0 }, 'offset'],
    ['a summary of a part', { ...september, summarize: true, all: false }, 'all'],
    ['a flag that is text', { ...september, all: 'true' }, 'all'],
    ['a cursor for a page of usage', { ...september, cursor: 'abc' }, 'cursor'],
    ['a made-up cursor of a summary', { ...september, summarize: true, cursor: 'W10' }, 'cursor'],
  ])('is refused before any request: %s', async (_name, event, path) => {
    const result = await main(event)
    expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT', retryable: false } })
    const fields = result.ok ? [] : (result.error.fields ?? [])
    expect(fields.map(field => field.path)).toContain(path)
    expect(fields.every(field => field.message !== '')).toBe(true)
    expect(fake.requests).toHaveLength(0)
  })

  it('names the actions there are', async () => {
    const result = await main({ action: 'pay' })
    expect(result.ok ? '' : result.error.fields?.[0]?.message).toContain('memberBalances, usageDetail')
  })

  it('of any kind gives a well-formed envelope', async () => {
    const keys = fc.constantFrom('action', 'memberUins', 'all', 'cursor', 'startTime', 'endTime', 'limit', '__proto__')
    const values = fc.oneof(
      fc.anything(),
      fc.constantFrom('memberBalances', 'usageDetail', '20230901', '20230930', true, 10, ['1']),
    )
    const events = fc.oneof(fc.anything(), fc.dictionary(keys, values), fc.dictionary(fc.string(), fc.anything()))
    await fc.assert(
      fc.asyncProperty(events, async event => {
        const result = await main(event, { time_limit_in_ms: 2000 })
        expect(typeof result.requestId).toBe('string')
        expect(result.ok || result.error.code === 'INVALID_ARGUMENT').toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
