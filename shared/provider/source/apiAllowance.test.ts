import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeCall } from '../../../tests/support/call'
import { fakeClock } from '../../../tests/support/clock'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import { environmentFrom } from '../../call'
import { apiAllowance } from './apiAllowance'
import { readingsOf, stepsOf } from './testing'

/** 23:30 of 30 November in Shanghai. */
const LATE = Date.UTC(2026, 10, 30, 15, 30)
const MIDNIGHT = Date.UTC(2026, 10, 30, 16)

describe('apiAllowance', () => {
  let upstream: TestUpstream
  let answerTo: (path: string) => unknown
  let underWay: number
  let most: number
  beforeEach(async () => {
    answerTo = () => ({ quota: { daily_limit: 1000, used: 250, remain: 750 } })
    underWay = 0
    most = 0
    upstream = await startUpstream(async ({ body }) => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise(setImmediate)
      underWay -= 1
      return json(answerTo(JSON.parse(String(body)).cgi_path))
    })
  })
  afterEach(() => upstream.close())

  const callFor = (WECHAT_API_PATHS: string, now = LATE) => {
    const token = { WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token' }
    return makeCall({
      variables: { WECHAT_API_URL: upstream.url, ...token, WECHAT_API_PATHS },
      clock: fakeClock({ now }),
    })
  }
  const pathsUpTo = (count: number) => Array.from({ length: count }, (_, index) => `/wxa/api${index}`)

  it('is a meter per path, of the Shanghai day', async () => {
    const call = callFor('/wxa/queryquota, /cgi-bin/express/business/account/getall\n/wxa/queryquota')
    const [step, ...others] = await stepsOf(apiAllowance, {}, call)
    expect(step?.readings).toEqual([
      {
        key: '/wxa/queryquota',
        title: { zh: '/wxa/queryquota', en: '/wxa/queryquota' },
        kind: 'allowance',
        unit: 'calls',
        value: '750',
        limit: '1000',
        standing: 'current',
        period: '20261130',
        resetsAt: MIDNIGHT,
        returned: null,
      },
      expect.objectContaining({ key: '/cgi-bin/express/business/account/getall' }),
    ])
    expect(step).not.toHaveProperty('next')
    expect(others).toEqual([])
    expect(call.tally.upstreamCalls).toBe(2)
  })

  it('is of the next day after midnight in Shanghai', async () => {
    const [reading] = readingsOf(await stepsOf(apiAllowance, {}, callFor('/a/b', MIDNIGHT)))
    expect(reading).toMatchObject({ period: '20261201', resetsAt: MIDNIGHT + 86_400_000 })
  })

  it('asks once per path, at most ten at a time', async () => {
    const call = callFor(pathsUpTo(35).join(','))
    expect(readingsOf(await stepsOf(apiAllowance, {}, call)).map(({ key }) => key)).toEqual(pathsUpTo(35))
    expect(call.tally.upstreamCalls).toBe(35)
    expect(most).toBeLessThanOrEqual(10)
  })

  it('tells by its standing why a path has no number', async () => {
    const answers: Record<string, unknown> = {
      '/a/full': { quota: { daily_limit: 5, used: 5, remain: 0 } },
      '/a/none': { quota: { daily_limit: 0, used: 0, remain: 0 } },
      '/a/other': { errcode: 76022, errmsg: 'not the owner' },
      '/a/unknown': { errcode: 76021, errmsg: 'not found' },
      '/a/down': { errcode: -1, errmsg: 'busy' },
    }
    answerTo = path => answers[path]
    const readings = readingsOf(await stepsOf(apiAllowance, {}, callFor(Object.keys(answers).join(' '))))
    expect(readings.map(({ key, standing, value, limit }) => [key, standing, value, limit])).toEqual([
      ['/a/full', 'current', '0', '5'],
      ['/a/none', 'not-granted', null, null],
      ['/a/other', 'not-applicable', null, null],
      ['/a/unknown', 'not-applicable', null, null],
      ['/a/down', 'no-data', null, null],
    ])
  })

  it('fails whole when no path can be read', async () => {
    answerTo = () => ({ errcode: 40001, errmsg: 'invalid credential' })
    expect(await failureOf(stepsOf(apiAllowance, {}, callFor('/a/b,/a/c')))).toMatchObject({
      code: 'UPSTREAM_REJECTED',
      upstream: { code: '40001' },
    })
  })

  it('goes on where it had to stop, asking for nothing twice', async () => {
    const paths = pathsUpTo(25)
    const whole = readingsOf(await stepsOf(apiAllowance, {}, callFor(paths.join(','))))
    for (const most of [1, 7, 24]) {
      upstream.exchanges.length = 0
      const readings = []
      let from: unknown
      do {
        let left = most
        const mayRequest = () => left-- > 0
        const steps = await stepsOf(apiAllowance, { from, mayRequest }, callFor(paths.join(',')))
        readings.push(...readingsOf(steps))
        from = steps.at(-1)?.next
      } while (from !== undefined)
      expect(readings).toEqual(whole)
      expect(upstream.exchanges).toHaveLength(25)
    }
  })

  it('has no step when nothing may be requested', async () => {
    expect(await stepsOf(apiAllowance, { mayRequest: () => false }, callFor('/a/b'))).toEqual([])
    expect(upstream.exchanges).toEqual([])
  })

  it.each([null, 3, 'x', [], {}, { left: [] }, { left: ['/a/z'] }, { left: ['/a/b'] }, { left: ['/a/c'], more: 1 }])(
    'starts over from a place that is none of its own: %j',
    async from => {
      const readings = readingsOf(await stepsOf(apiAllowance, { from }, callFor('/a/b,/a/c')))
      expect(readings.map(({ key }) => key)).toEqual(['/a/b', '/a/c'])
    },
  )

  it.each(['wxa/queryquota', '/wxa', '/a/b?x=1', '/a/b/', 'https://api.weixin.qq.com/a/b', ','])(
    'is NOT_CONFIGURED with the paths %j',
    async paths => {
      expect(await failureOf(stepsOf(apiAllowance, {}, callFor(paths)))).toMatchObject({
        code: 'NOT_CONFIGURED',
        message: expect.stringContaining('WECHAT_API_PATHS'),
      })
    },
  )

  it('reads one by one call, and only what is configured', async () => {
    const call = callFor('/a/b,/a/c')
    const whole = readingsOf(await stepsOf(apiAllowance, {}, callFor('/a/b,/a/c')))
    expect(await apiAllowance.readOne('/a/c', {}, call)).toEqual({ ...whole[1], at: expect.any(Number) })
    expect(call.tally.upstreamCalls).toBe(1)
    expect((await failureOf(apiAllowance.readOne('/a/d', {}, call))).code).toBe('NOT_FOUND')
    expect(call.tally.upstreamCalls).toBe(1)
  })

  it('is configured with paths and a token', () => {
    const both = { WECHAT_API_PATHS: '/a/b', WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token' }
    expect(apiAllowance.isConfigured(environmentFrom(both))).toBe(true)
    for (const name of Object.keys(both)) {
      expect(apiAllowance.isConfigured(environmentFrom({ ...both, [name]: undefined }))).toBe(false)
    }
  })
})
