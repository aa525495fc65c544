import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bed, makeBed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import type { Fault } from '../../local/http/faults'
import type { FunctionLog } from '../../local/runtime'
import { sandboxCredentials } from '../../local/sandbox'

interface Api {
  functionName: string
  input: object
  /** As the fault plan knows it. */
  api: string
  provider: 'wechat' | 'tencent' | 'huawei'
  /** Where it is called; `main` when left out. */
  on?: BedName
}

type BedName = 'main' | 'given token' | 'IAM user'

const { wechat, tencent, huawei } = sandboxCredentials
const NO_KEY = { HUAWEI_ACCESS_KEY: '', HUAWEI_SECRET_KEY: '' }
const IAM_USER = {
  ...NO_KEY,
  HUAWEI_IAM_USER: huawei.iam.user,
  HUAWEI_IAM_PASSWORD: huawei.iam.password,
  HUAWEI_IAM_DOMAIN: huawei.iam.domain,
}

/** What each bed's functions are given beside the sandbox's defaults, and which of their variables are secret. */
const BEDS: Record<BedName, { environment: Record<string, string>; canaries: string[] }> = {
  main: {
    environment: {},
    canaries: [
      ...[wechat.authorizerAccessToken, tencent.secretId, tencent.secretKey],
      ...[huawei.accessKey, huawei.secretKey],
    ],
  },
  'given token': {
    environment: { ...NO_KEY, HUAWEI_AUTH_TOKEN: huawei.authToken },
    canaries: [huawei.authToken],
  },
  'IAM user': { environment: IAM_USER, canaries: [huawei.iam.password] },
}

const APIS: Record<string, Api> = {
  'cloud call getQuota': {
    functionName: 'getQuota',
    input: { deliveryId: 'YTO', bizId: 'xyz' },
    api: 'logistics.getQuota',
    provider: 'wechat',
  },
  queryQuota: { functionName: 'queryQuota', input: {}, api: '/wxa/queryquota', provider: 'wechat' },
  memberBalances: {
    functionName: 'tencentBilling',
    input: { action: 'memberBalances', memberUins: ['700001941608'] },
    api: 'DescribeOrgMemberAccountBalance',
    provider: 'tencent',
  },
  usageDetail: {
    functionName: 'tencentBilling',
    input: { action: 'usageDetail', startTime: '20260901', endTime: '20260930', limit: 5 },
    api: 'ChannelDescribeBillUsageDetail',
    provider: 'tencent',
  },
  huaweiCredit: {
    functionName: 'huaweiCredit',
    input: {},
    api: '/v2/partners/credit/consumption-quota',
    provider: 'huawei',
  },
  'huaweiCredit with a given token': {
    functionName: 'huaweiCredit',
    input: {},
    api: '/v2/partners/credit/consumption-quota',
    provider: 'huawei',
    on: 'given token',
  },
  'huaweiCredit as an IAM user': {
    functionName: 'huaweiCredit',
    input: {},
    api: '/v2/partners/credit/consumption-quota',
    provider: 'huawei',
    on: 'IAM user',
  },
}

/** Further ways to an upstream, which hang like the others. */
const MORE: Record<string, Api> = {
  'cloud call getAllAccount': {
    functionName: 'getQuota',
    input: {},
    api: 'logistics.getAllAccount',
    provider: 'wechat',
  },
  'HTTPS getQuota': {
    functionName: 'getQuota',
    input: { deliveryId: 'YTO', bizId: 'xyz', authorizerAppid: wechat.authorizerAppid },
    api: '/cgi-bin/express/business/quota/get',
    provider: 'wechat',
  },
}

interface Answer {
  ok: boolean
  requestId: string
  error?: {
    code: string
    message: string
    retryable: boolean
    upstream?: { provider: string; code: string; message: string; requestId?: string }
  }
}

const beds = new Map<BedName, Bed>()
const logs: FunctionLog[] = []
const answers: Answer[] = []

beforeAll(async () => {
  for (const [name, { environment }] of Object.entries(BEDS)) beds.set(name as BedName, await bedWith(environment))
  // The right answers, before anything fails; also starts an instance of each.
  for (const name of Object.keys(APIS)) expect(await answerOf(name)).toMatchObject({ ok: true })
})

afterEach(() => {
  for (const bed of beds.values()) bed.cloud.faults.clear()
})

afterAll(() => Promise.all([...beds.values()].map(bed => bed.close())))

function bedWith(environment: Record<string, string>): Promise<Bed> {
  return makeBed({ onLog: line => logs.push(line), environment: { YULIANG_LANGUAGE: 'en', ...environment } })
}

function bedOf({ on = 'main' }: Api): Bed {
  const bed = beds.get(on)
  if (!bed) throw new Error(`no bed ${on}`)
  return bed
}

async function answerOf(name: string): Promise<Answer> {
  return (await timedAnswerOf(apiOf(name))).answer
}

/** The answer, and how long the function took as the runtime saw it. */
async function timedAnswerOf(api: Api, bed = bedOf(api)): Promise<{ answer: Answer; ms: number }> {
  const { functionName, input } = api
  const outcome = await bed.cloud.runtime.invoke(functionName, input, { kind: 'client', openid: LOCAL_ADMIN })
  // An unhandled rejection, a crash or a platform time-out would show here.
  if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`)
  const answer = outcome.result as Answer
  answers.push(answer)
  return { answer, ms: outcome.ms }
}

function apiOf(name: string): Api {
  const api = APIS[name]
  if (!api) throw new Error(`no API ${name}`)
  return api
}

function withFault(name: string, fault: Fault, times?: number): Promise<Answer> {
  const api = apiOf(name)
  bedOf(api).cloud.faults.add(api.api, fault, times)
  return answerOf(name)
}

const names = Object.keys(APIS)

const PASSING: [string, Fault][] = [
  ['HTTP 500', { kind: 'status', status: 500 }],
  ['HTTP 503', { kind: 'status', status: 503 }],
  ['a cut-off body', { kind: 'cut' }],
  ['a connection reset', { kind: 'reset' }],
]

describe.each(names)('%s', name => {
  it.each(PASSING)('is retried after %s and answers right', async (_, fault) => {
    expect(await withFault(name, fault, 1)).toMatchObject({ ok: true })
    expect(await withFault(name, fault, 2)).toMatchObject({ ok: true })
  })

  it.each(PASSING)('gives up after three times %s and says that it may pass', async (_, fault) => {
    const answer = await withFault(name, fault)

    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, upstream: { provider: apiOf(name).provider } },
    })
    expect(lastUpstreamLine()).toMatchObject({ attempts: 3, code: 'UPSTREAM_UNAVAILABLE' })
  })

  it('takes JSON without the promised object for a change of the upstream', async () => {
    expect(await withFault(name, { kind: 'hollow' })).toMatchObject({
      ok: false,
      error: { code: 'UPSTREAM_CHANGED', retryable: false },
    })
  })
})

describe.each(names)('%s', name => {
  it('takes HTML under status 200 for a change of the upstream', async () => {
    expect(await withFault(name, { kind: 'html' })).toMatchObject({ error: { code: 'UPSTREAM_CHANGED' } })
  })
})

describe.each(names.filter(name => name !== 'cloud call getQuota'))('%s', name => {
  it('says that it is called too often after HTTP 429', async () => {
    expect(await withFault(name, { kind: 'status', status: 429 })).toMatchObject({
      error: { code: 'RATE_LIMITED', retryable: true },
    })
  })
})

describe('the gateway of cloud calls', () => {
  it('is unavailable when it answers with HTTP 429', async () => {
    expect(await withFault('cloud call getQuota', { kind: 'status', status: 429 })).toMatchObject({
      error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
    })
  })
})

/** API, documented error code, what it becomes, and whether it is retried. */
const CODES: [string, string, string, boolean][] = [
  ...(
    [
      ['-1', 'UPSTREAM_UNAVAILABLE', true],
      ['9300502', 'UPSTREAM_UNAVAILABLE', true],
      ['SYS_ERR', 'UPSTREAM_UNAVAILABLE', true],
      ['9300501', 'UPSTREAM_REJECTED', false],
      ['9300503', 'NOT_FOUND', false],
      ['9300520', 'NOT_FOUND', false],
      ['9300525', 'NOT_FOUND', false],
      ['9300527', 'NOT_APPLICABLE', false],
      ['9300509', 'RATE_LIMITED', false],
      ['45009', 'RATE_LIMITED', false],
      ['40001', 'UPSTREAM_REJECTED', false],
      ['-604101', 'NOT_CONFIGURED', false],
    ] as const
  ).map(([...rest]): [string, string, string, boolean] => ['cloud call getQuota', ...rest]),
  ...(
    [
      ['-1', 'UPSTREAM_UNAVAILABLE', true],
      ['40001', 'UPSTREAM_REJECTED', false],
      ['42001', 'UPSTREAM_REJECTED', false],
      ['48001', 'UPSTREAM_REJECTED', false],
      ['61003', 'UPSTREAM_REJECTED', false],
      ['61014', 'UPSTREAM_REJECTED', false],
      ['45009', 'RATE_LIMITED', false],
    ] as const
  ).map(([...rest]): [string, string, string, boolean] => ['queryQuota', ...rest]),
  ...(
    [
      ['FailedOperation', 'UPSTREAM_REJECTED', false],
      ['FailedOperation.PayPriceError', 'UPSTREAM_REJECTED', false],
      ['InternalError', 'UPSTREAM_UNAVAILABLE', true],
      ['InternalError.GatewayError', 'UPSTREAM_UNAVAILABLE', true],
      ['UnauthorizedOperation.CamNoAuth', 'UPSTREAM_REJECTED', false],
      ['UnsupportedOperation', 'UPSTREAM_REJECTED', false],
      ['AuthFailure.SignatureFailure', 'UPSTREAM_REJECTED', false],
      ['RequestLimitExceeded', 'RATE_LIMITED', true],
    ] as const
  ).map(([...rest]): [string, string, string, boolean] => ['memberBalances', ...rest]),
  ...(
    [
      ['FailedOperation', 'UPSTREAM_REJECTED', false],
      ['InvalidParameter.Limit', 'UPSTREAM_REJECTED', false],
      ['InvalidParameterValue.InvalidQuotaType', 'UPSTREAM_REJECTED', false],
      ['InvalidParameterValue.InvalidTime', 'UPSTREAM_REJECTED', false],
      ['ResourceNotFound.NotExistApplication', 'NOT_CONFIGURED', false],
      ['RequestLimitExceeded', 'RATE_LIMITED', true],
    ] as const
  ).map(([...rest]): [string, string, string, boolean] => ['usageDetail', ...rest]),
  ...(
    [
      ['CBC.0100', 'UPSTREAM_REJECTED', false],
      ['CBC.0151', 'UPSTREAM_REJECTED', false],
      ['CBC.0999', 'UPSTREAM_UNAVAILABLE', true],
    ] as const
  ).map(([...rest]): [string, string, string, boolean] => ['huaweiCredit', ...rest]),
]

describe('documented errors', () => {
  it.each(CODES)('%s: %s becomes %s', async (name, upstreamCode, code, retried) => {
    const answer = await withFault(name, { kind: 'error', code: upstreamCode, message: 'simulated rid: 5a4db0c5-1' })

    const platformCode = upstreamCode === 'SYS_ERR' ? '-501001' : upstreamCode
    const upstream = { provider: apiOf(name).provider, code: platformCode }
    expect(answer).toMatchObject({ ok: false, error: { code, upstream } })
    if (!['-604101', 'SYS_ERR'].includes(upstreamCode)) expect(answer.error?.upstream?.requestId).toBeTruthy()
    expect(lastUpstreamLine()).toMatchObject({ attempts: retried ? 3 : 1, upstreamCode: platformCode })
    if (!retried) return
    bedOf(apiOf(name)).cloud.faults.clear()
    expect(await withFault(name, { kind: 'error', code: upstreamCode }, 1)).toMatchObject({ ok: true })
  })
})

describe('a hanging upstream', () => {
  it('still gets every caller an orderly answer within 2.8 of its 3 seconds', async () => {
    const apis = Object.values({ ...APIS, ...MORE })
    const askAll = () => Promise.all(apis.map(api => timedAnswerOf(api)))
    // An instance for each, warm.
    for (const { answer } of await askAll()) expect(answer).toMatchObject({ ok: true })
    for (const api of apis) bedOf(api).cloud.faults.add(api.api, { kind: 'hang' })

    const hanging = await askAll()

    const requests = hanging.map(({ answer }) => answer.requestId)
    for (const { answer, ms } of hanging) {
      expect(answer).toMatchObject({ ok: false, error: { code: 'DEADLINE_EXCEEDED', retryable: true } })
      expect(ms).toBeLessThan(2800)
    }
    const lines = logs.map(({ line }) => JSON.parse(line)).filter(line => line.event === 'invocation')
    const times = lines.filter(line => requests.includes(line.requestId)).map(line => line.ms)
    expect(times).toHaveLength(apis.length)
    expect(Math.max(...times)).toBeLessThan(2800)
  })

  it('gives the accounts that were read, and the error of the one that hangs', async () => {
    const bed = bedOf(apiOf('cloud call getQuota'))
    bed.cloud.faults.add('logistics.getQuota', { kind: 'hang' }, 1)
    const accounts = [1, 2, 3].map(() => ({ deliveryId: 'YTO', bizId: 'xyz' }))

    const outcome = await bed.cloud.runtime.invoke('getQuota', { accounts }, { kind: 'client', openid: LOCAL_ADMIN })

    expect(outcome).toMatchObject({ ok: true, result: { ok: true } })
    const read = (outcome as { result: { data: { accounts: { quotaNum?: number; error?: { code: string } }[] } } })
      .result
    expect(read.data.accounts.map(account => account.quotaNum ?? account.error?.code).sort()).toEqual([
      210,
      210,
      'DEADLINE_EXCEEDED',
    ])
  })
})

describe('the token route of an IAM user', () => {
  const route = '/v3/auth/tokens'
  let fresh: Bed

  // One without a token, which an instance keeps once it has it.
  beforeAll(async () => {
    fresh = await bedWith(IAM_USER)
  })

  afterAll(() => fresh.close())

  async function withRouteFault(fault: Fault, times?: number) {
    fresh.cloud.faults.clear()
    fresh.cloud.faults.add(route, fault, times)
    return timedAnswerOf(apiOf('huaweiCredit'), fresh)
  }

  it.each<[Fault['kind'], Fault, string]>([
    ['hollow', { kind: 'hollow' }, 'UPSTREAM_CHANGED'],
    ['html', { kind: 'html' }, 'UPSTREAM_CHANGED'],
    ['reset', { kind: 'reset' }, 'UPSTREAM_UNAVAILABLE'],
  ])('that is %s has its error', async (_, fault, code) => {
    expect((await withRouteFault(fault)).answer).toMatchObject({
      ok: false,
      error: { code, upstream: { provider: 'huawei' } },
    })
  })

  it('that hangs ends within 2.8 seconds', async () => {
    const { answer, ms } = await withRouteFault({ kind: 'hang' })

    expect(answer).toMatchObject({ ok: false, error: { code: 'DEADLINE_EXCEEDED', retryable: true } })
    expect(ms).toBeLessThan(2800)
  })

  it('is retried after HTTP 500 and the answer is right', async () => {
    expect((await withRouteFault({ kind: 'status', status: 500 }, 1)).answer).toMatchObject({ ok: true })
  })
})

describe('after all of that', () => {
  it('every canary is configured where it is looked for', () => {
    for (const [name, { canaries }] of Object.entries(BEDS)) {
      const configured = Object.values(beds.get(name as BedName)?.cloud.environment ?? {})
      expect(configured).toEqual(expect.arrayContaining(canaries))
    }
  })

  it('no secret stands in a log line or an answer', () => {
    // The gateway's own, and the tokens that IAM gives out, are no variables.
    const others = [wechat.appsecret, 'SANDBOX-IAM-TOKEN-']
    const canaries = [...Object.values(BEDS).flatMap(bed => bed.canaries), ...others]
    const written = [...logs.map(({ line }) => line), ...answers.map(answer => JSON.stringify(answer))]
    expect(written.length).toBeGreaterThan(200)

    for (const text of written) {
      for (const canary of canaries) expect(text).not.toContain(canary)
    }
  })

  it('no name of a member, a contract or an operator stands in a log line', () => {
    for (const { line } of logs) {
      expect(line).not.toMatch(/kleinerwang_test|示例成员|示例.{0,4}(合同|协议)|经办人/)
    }
  })

  it('every log line is one JSON object that names its function and request', () => {
    for (const { line } of logs) {
      expect(JSON.parse(line)).toMatchObject({
        event: expect.any(String),
        function: expect.any(String),
        requestId: expect.any(String),
      })
    }
  })
})

function lastUpstreamLine(): unknown {
  return logs.map(({ line }) => JSON.parse(line)).findLast(line => line.event === 'upstream')
}
