import { afterEach, describe, expect, it, jest } from '@jest/globals'
import * as v from 'valibot'
import { type CallError, type ErrorCode, errorBody } from '../../call'
import {
  type Answer,
  answer,
  callWith,
  cut,
  cutChunked,
  type FakeTencent,
  hang,
  hangUp,
  json,
  manualClock,
  page,
  refuse,
  reset,
  SECRETS,
  startFakeTencent,
} from './testing'

// As in a bundle.
jest.mock('node-fetch', () => require('./nodeFetch'))
const { requestTencent } = require('./request') as typeof import('./request')

let fake: FakeTencent | undefined
const open: { release(): void }[] = []

afterEach(async () => {
  for (const deadline of open.splice(0)) deadline.release()
  await fake?.close()
})

/** A server that gives these answers in turn, the last one for ever. */
async function serve(...answers: [Answer, ...Answer[]]): Promise<FakeTencent> {
  const queue = [...answers]
  fake = await startFakeTencent(() => (queue.length > 1 ? queue.shift() : queue[0]) ?? answers[0])
  return fake
}

function newCall(...parameters: Parameters<typeof callWith>) {
  const call = callWith(...parameters)
  open.push(call.deadline)
  return call
}

const request = {
  service: 'billing',
  action: 'DescribeOrgMemberAccountBalance',
  parameters: { PageNumber: 1 },
  answer: v.object({ TotalCount: v.number() }),
} as const

const good = answer({ TotalCount: 7 })

async function failureOf(work: Promise<unknown>): Promise<CallError> {
  return work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: CallError) => error,
  )
}

describe('a request', () => {
  it('goes to the override, and says the production host in header and signing scope', async () => {
    const { url, requests } = await serve(good)
    expect(await requestTencent(request, newCall({ TENCENT_BILLING_URL: url }))).toEqual({ TotalCount: 7 })
    const [received] = requests
    expect(received?.parameters).toEqual({ PageNumber: 1 })
    expect(received?.headers.host).toBe('billing.intl.tencentcloudapi.com')
    expect(received?.headers.authorization).toMatch(
      /^TC3-HMAC-SHA256 Credential=AKIDfake0123456789\/[\d-]+\/billing\/tc3_/,
    )
    expect(received?.headers['x-tc-version']).toBe('2018-07-09')
  })

  it('goes to e-sign with its own variable, host and version', async () => {
    const { url, requests } = await serve(good)
    const call = newCall({ TENCENT_ESS_URL: url })
    await requestTencent({ ...request, service: 'essbasic', action: 'ChannelDescribeBillUsageDetail' }, call)
    const headers = requests[0]?.headers
    expect(headers?.host).toBe('essbasic.tencentcloudapi.com')
    expect(headers?.authorization).toContain('/essbasic/tc3_request')
    expect(headers?.['x-tc-version']).toBe('2021-05-26')
  })

  it('keeps its connection for the next one, with whatever credentials there are then', async () => {
    const { url, requests, connections } = await serve(good)
    await requestTencent(request, newCall({ TENCENT_BILLING_URL: url }))
    await requestTencent(request, newCall({ TENCENT_BILLING_URL: url, TENCENT_SECRET_ID: 'AKIDother' }))
    expect(requests[1]?.headers.authorization).toContain('Credential=AKIDother/')
    expect(connections()).toBe(1)
  })

  it.each(['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'])('is not sent without %s', async variable => {
    const { url, requests } = await serve(good)
    const error = await failureOf(requestTencent(request, newCall({ TENCENT_BILLING_URL: url, [variable]: ' ' })))
    expect(error).toMatchObject({ code: 'NOT_CONFIGURED', text: { en: expect.stringContaining(variable) } })
    expect(requests).toHaveLength(0)
  })

  it.each(['0', '10001', '1.5', '-3', 'many', '1e2'])('is not sent at a pace of %s per second', async pace => {
    const { url, requests } = await serve(good)
    const call = newCall({ TENCENT_BILLING_URL: url, TENCENT_REQUESTS_PER_SECOND: pace })
    const error = await failureOf(requestTencent(request, call))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.text.en).toContain('TENCENT_REQUESTS_PER_SECOND')
    expect(requests).toHaveLength(0)
  })

  it('waits for its turn when the pace is spent', async () => {
    const { url, requests } = await serve(good)
    const clock = manualClock()
    const call = newCall({ TENCENT_BILLING_URL: url, TENCENT_REQUESTS_PER_SECOND: '2' }, clock)
    await requestTencent({ ...request, action: 'Paced' }, call)
    const second = requestTencent({ ...request, action: 'Paced' }, call)
    await new Promise(setImmediate)
    expect(requests).toHaveLength(1)
    clock.advance(500)
    await second
    expect(requests).toHaveLength(2)
  })
})

describe('a fault', () => {
  const passing: [string, Answer, ErrorCode, string][] = [
    ['status 500', page(500), 'UPSTREAM_UNAVAILABLE', 'HTTP_500'],
    ['status 503', page(503), 'UPSTREAM_UNAVAILABLE', 'HTTP_503'],
    ['status 429', page(429), 'RATE_LIMITED', 'HTTP_429'],
    ['a body cut off', cut, 'UPSTREAM_UNAVAILABLE', 'ECONNRESET'],
    ['a chunked body cut off', cutChunked, 'UPSTREAM_UNAVAILABLE', 'ECONNRESET'],
    ['a connection reset', reset, 'UPSTREAM_UNAVAILABLE', 'ECONNRESET'],
    ['a connection closed', hangUp, 'UPSTREAM_UNAVAILABLE', 'ECONNRESET'],
    ['InternalError', refuse('InternalError'), 'UPSTREAM_UNAVAILABLE', 'InternalError'],
    ['a gateway error', refuse('InternalError.GatewayError'), 'UPSTREAM_UNAVAILABLE', 'InternalError.GatewayError'],
    ['too many requests', refuse('RequestLimitExceeded'), 'RATE_LIMITED', 'RequestLimitExceeded'],
    [
      'too many by one uin',
      refuse('RequestLimitExceeded.UinLimitExceeded'),
      'RATE_LIMITED',
      'RequestLimitExceeded.UinLimitExceeded',
    ],
    ['a limit met', refuse('LimitExceeded'), 'RATE_LIMITED', 'LimitExceeded'],
  ]

  it.each(passing)('that passes is tried again: %s', async (_name, fault) => {
    const { url, requests } = await serve(fault, fault, good)
    expect(await requestTencent(request, newCall({ TENCENT_BILLING_URL: url }))).toEqual({ TotalCount: 7 })
    expect(requests).toHaveLength(3)
  })

  it.each(passing)('that stays is told, after three attempts: %s', async (_name, fault, code, upstreamCode) => {
    const { url, requests } = await serve(fault)
    const startedAt = Date.now()
    const error = await failureOf(requestTencent(request, newCall({ TENCENT_BILLING_URL: url })))
    expect(error.code).toBe(code)
    expect(error.upstream).toMatchObject({ provider: 'tencent', code: upstreamCode })
    expect(requests).toHaveLength(3)
    // Far below any time-out: a cut-off is noticed when it happens.
    expect(Date.now() - startedAt).toBeLessThan(2000)
  })

  it.each<[string, Answer, ErrorCode, string]>([
    ['an HTML page', page(200), 'UPSTREAM_CHANGED', 'expected JSON'],
    ['JSON without Response', json({}), 'UPSTREAM_CHANGED', 'Response'],
    ['null', json(null), 'UPSTREAM_CHANGED', 'Response'],
    ['an error without a code', json({ Response: { Error: {}, RequestId: 'r' } }), 'UPSTREAM_CHANGED', 'Error.Code'],
    ['a Response that is a word', json({ Response: 'ok' }), 'UPSTREAM_CHANGED', ''],
    ['a Response without its parts', answer({}), 'UPSTREAM_CHANGED', 'TotalCount'],
    ['a refusal of the request', refuse('InvalidParameter.Limit'), 'UPSTREAM_REJECTED', 'upstream.message'],
    ['FailedOperation', refuse('FailedOperation'), 'UPSTREAM_REJECTED', 'upstream.message'],
    ['a wrong key', refuse('AuthFailure.SignatureFailure'), 'UPSTREAM_REJECTED', 'TENCENT_SECRET_KEY'],
    ['an unknown key', refuse('AuthFailure.SecretIdNotFound'), 'UPSTREAM_REJECTED', 'TENCENT_SECRET_ID'],
    ['a wrong clock', refuse('AuthFailure.SignatureExpire'), 'UPSTREAM_REJECTED', 'clock'],
    ['no permission', refuse('UnauthorizedOperation.CamNoAuth'), 'UPSTREAM_REJECTED', 'CAM'],
    ['an unknown application', refuse('ResourceNotFound.NotExistApplication'), 'NOT_CONFIGURED', 'TENCENT_ESS_APP_ID'],
    ['status 404', page(404), 'UPSTREAM_REJECTED', 'HTTP_404'],
  ])('that will not pass is told at once: %s', async (_name, fault, code, advice) => {
    const { url, requests } = await serve(fault)
    const error = await failureOf(requestTencent(request, newCall({ TENCENT_BILLING_URL: url })))
    expect(error.code).toBe(code)
    expect(error.text.en).toContain(advice)
    expect(error.upstream?.provider).toBe('tencent')
    expect(requests).toHaveLength(1)
  })

  it('of the API is told with its code, words and request id', async () => {
    const { url } = await serve(refuse('InvalidParameter.Limit', '分页参数不合法'))
    const error = await failureOf(requestTencent(request, newCall({ TENCENT_BILLING_URL: url })))
    const upstream = { provider: 'tencent', code: 'InvalidParameter.Limit', message: '分页参数不合法' }
    expect(error.upstream).toEqual({ ...upstream, requestId: 'fake-request-id' })
  })

  it('that repeats a secret is told without it', async () => {
    const { TENCENT_SECRET_ID: id, TENCENT_SECRET_KEY: key } = SECRETS
    const { url } = await serve(refuse('AuthFailure', `${id} with ${key} is wrong`))
    const call = newCall({ TENCENT_BILLING_URL: url })
    const error = await failureOf(requestTencent(request, call))
    const told = errorBody(error, call)
    expect(told.upstream?.message).toBe('*** with *** is wrong')
    expect(JSON.stringify([told, call.lines])).not.toMatch(new RegExp(`${id}|${key}`))
  })

  it('of a server that is not there is told', async () => {
    const { url, close } = await serve(good)
    await close()
    const error = await failureOf(requestTencent(request, newCall({ TENCENT_BILLING_URL: url })))
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: { code: 'ECONNREFUSED' } })
  })
})

describe('an upstream that hangs', () => {
  // An own pace: the others' has seen another clock.
  const unhurried = { ...request, action: 'Unhurried' }

  it.each<[string, Answer]>([
    ['before its headers', hang],
    ['in its body', response => response.writeHead(200, { 'content-length': 100 }).write('{')],
  ])('ends with the deadline: %s', async (_name, fault) => {
    const clock = manualClock()
    fake = await startFakeTencent(() => response => {
      fault(response)
      setTimeout(() => clock.advance(3000), 5)
    })
    const error = await failureOf(requestTencent(unhurried, newCall({ TENCENT_BILLING_URL: fake.url }, clock, 3000)))
    expect(error.code).toBe('DEADLINE_EXCEEDED')
  })

  it('is left for another attempt when there is time', async () => {
    const clock = manualClock()
    const answers: Answer[] = [() => clock.advance(5000), good]
    fake = await startFakeTencent(() => answers.shift() ?? good)
    const call = newCall({ TENCENT_BILLING_URL: fake.url }, clock, 60_000)
    expect(await requestTencent(unhurried, call)).toEqual({ TotalCount: 7 })
  })
})
