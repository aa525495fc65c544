import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeCall } from '../../../tests/support/call'
import { fakeClock } from '../../../tests/support/clock'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import { environmentFrom } from '../../call'
import { codeAudit } from './codeAudit'
import { readingsOf, stepsOf } from './testing'

/** The turn from November to December in Shanghai. */
const DECEMBER = Date.UTC(2026, 10, 30, 16)

describe('codeAudit', () => {
  let upstream: TestUpstream
  let answer: unknown
  beforeEach(async () => {
    answer = { errcode: 0, errmsg: 'ok', rest: 18, limit: 20, speedup_rest: 0, speedup_limit: 5 }
    upstream = await startUpstream(() => json(answer))
  })
  afterEach(() => upstream.close())

  const callAt = (now: number) => {
    const variables = { WECHAT_API_URL: upstream.url, WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token' }
    return makeCall({ variables, clock: fakeClock({ now }) })
  }

  it('is two allowances of the month, by one call', async () => {
    const call = callAt(DECEMBER - 1)
    const rest = { kind: 'allowance', standing: 'current', period: '202611', resetsAt: DECEMBER, returned: null }
    expect(await stepsOf(codeAudit, {}, call)).toEqual([
      {
        readings: [
          {
            key: 'audits',
            title: { zh: '代码审核次数', en: 'Code audits' },
            unit: 'audits',
            value: '18',
            limit: '20',
            ...rest,
          },
          {
            key: 'speedups',
            title: { zh: '加急审核次数', en: 'Audit speed-ups' },
            unit: 'speedups',
            value: '0',
            limit: '5',
            ...rest,
          },
        ],
      },
    ])
    expect(call.tally.upstreamCalls).toBe(1)
  })

  it('is of the next month from midnight in Shanghai on', async () => {
    const readings = readingsOf(await stepsOf(codeAudit, {}, callAt(DECEMBER)))
    expect(readings.map(({ period }) => period)).toEqual(['202612', '202612'])
    expect(readings[0]?.resetsAt).toBe(Date.UTC(2026, 11, 31, 16))
  })

  it.each<[object, string[], (string | null)[]]>([
    [{ rest: 0, limit: 0, speedup_rest: 0, speedup_limit: 0 }, ['not-granted', 'not-granted'], [null, null]],
    [{ rest: 0, limit: 9, speedup_rest: 0, speedup_limit: 0 }, ['current', 'not-granted'], ['0', null]],
    [{ rest: 0, limit: 0, speedup_rest: 1, speedup_limit: 0 }, ['not-granted', 'current'], [null, '1']],
  ])('tells not granted from used up: %j', async (quota, standings, values) => {
    answer = quota
    const readings = readingsOf(await stepsOf(codeAudit, {}, callAt(DECEMBER)))
    expect(readings.map(({ standing }) => standing)).toEqual(standings)
    expect(readings.map(({ value }) => value)).toEqual(values)
  })

  it('reads one of them by one call', async () => {
    const call = callAt(DECEMBER)
    const [audits, speedups] = readingsOf(await stepsOf(codeAudit, {}, callAt(DECEMBER)))
    expect(await codeAudit.readOne('speedups', {}, call)).toEqual({ ...speedups, at: expect.any(Number) })
    expect(call.tally.upstreamCalls).toBe(1)
    expect(await codeAudit.readOne('audits', {}, call)).toEqual({ ...audits, at: expect.any(Number) })
    expect((await failureOf(codeAudit.readOne('other', {}, call))).code).toBe('NOT_FOUND')
    expect(call.tally.upstreamCalls).toBe(2)
  })

  it('throws what stops it, and asks nothing that it may not', async () => {
    answer = { rest: 18 }
    expect((await failureOf(stepsOf(codeAudit, {}, callAt(DECEMBER)))).code).toBe('UPSTREAM_CHANGED')
    expect(await stepsOf(codeAudit, { mayRequest: () => false }, callAt(DECEMBER))).toEqual([])
    expect(upstream.exchanges).toHaveLength(1)
  })

  it('is configured with a token', () => {
    expect(codeAudit.isConfigured(environmentFrom({ WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token' }))).toBe(true)
    expect(codeAudit.isConfigured(environmentFrom({}))).toBe(false)
  })
})
