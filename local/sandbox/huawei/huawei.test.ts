import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FaultPlan } from '../../http/faults'
import { type Sandbox, sandboxCredentials, startSandbox } from '../index'
import { type Ask, ask, NOON, signHuawei } from '../testing'

const BSS = 'bss-intl.myhuaweicloud.com'
const IAM = 'iam.myhuaweicloud.com'
const CREDIT = '/v2/partners/credit/consumption-quota'
const { accessKey, secretKey, temporary, authToken, iam } = sandboxCredentials.huawei

let now: number
let faults: FaultPlan
let sandbox: Sandbox

beforeEach(async () => {
  now = NOON
  faults = new FaultPlan()
  sandbox = await startSandbox({ now: () => now, faults })
})

afterEach(() => sandbox.close())

const send = (request: Ask) => ask<Record<string, unknown>>(sandbox.port, request)
const signed = (key: string, secret: string, headers = {}) =>
  signHuawei({ host: BSS, path: CREDIT, headers: { 'x-sdk-date': '20261120T120000Z', ...headers } }, key, secret)
const withToken = (token: string): Ask => ({ host: BSS, path: CREDIT, headers: { 'x-auth-token': token } })

function login(changes: { user?: object; scope?: object; methods?: string[] } = {}, host = IAM): Ask {
  const user = { name: iam.user, password: iam.password, domain: { name: iam.domain }, ...changes.user }
  const identity = { methods: changes.methods ?? ['password'], password: { user } }
  const scope = changes.scope ?? { domain: { name: iam.domain } }
  return { host, path: '/v3/auth/tokens', method: 'POST', body: JSON.stringify({ auth: { identity, scope } }) }
}

describe('the consumption quota', () => {
  it('answers a signed request, with a request id', async () => {
    const answer = await send(signed(accessKey, secretKey))
    expect(answer.status).toBe(200)
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.json).toMatchObject({ consumption_quota: '10000', measure_id: 1, currency: 'USD' })
    for (const name of ['amount', 'coupon_amount', 'due_amount', 'unbilled_amount', 'used_consumption_quota']) {
      expect(answer.json[name]).toMatch(/^-?\d+(\.\d\d)?$/)
    }
  })

  it('answers a temporary key and the static token', async () => {
    const key = { 'x-security-token': temporary.securityToken }
    expect((await send(signed(temporary.accessKey, temporary.secretKey, key))).status).toBe(200)
    expect((await send(withToken(authToken))).status).toBe(200)
  })

  it.each<[string, Ask]>([
    ['no credentials', { host: BSS, path: CREDIT }],
    ['a wrong secret', signed(accessKey, 'wrong')],
    ['a wrong token', withToken('wrong')],
  ])('answers 401 APIGW.0301 to %s', async (_name, request) => {
    const answer = await send(request)
    expect(answer.status).toBe(401)
    expect(answer.json).toEqual({
      error_code: 'APIGW.0301',
      error_msg: expect.stringContaining('Incorrect IAM authentication information'),
      request_id: answer.headers['x-request-id'],
    })
  })

  it.each([
    ['CBC.0100', 400],
    ['CBC.0151', 403],
    ['CBC.0999', 500],
  ])('answers the documented %s under status %d when a fault asks for it', async (code, status) => {
    faults.add(CREDIT, { kind: 'error', code, message: 'refused' })
    const answer = await send(signed(accessKey, secretKey))
    expect(answer).toMatchObject({ status, json: { error_code: code, error_msg: 'refused' } })
  })

  it('answers {} when a fault asks for a hollow answer', async () => {
    faults.add(CREDIT, { kind: 'hollow' })
    expect(await send(signed(accessKey, secretKey))).toMatchObject({ status: 200, json: {} })
  })

  it.each([
    { host: BSS, path: '/v2/other' },
    { host: BSS, path: CREDIT, method: 'POST' },
    { host: IAM, path: CREDIT },
  ])('does not know %j', async request => {
    expect(await send(request)).toMatchObject({ status: 404, json: { error_code: 'APIGW.0101' } })
  })
})

describe('IAM', () => {
  it.each([IAM, BSS])('gives out a token at %s that opens the credit for 24 hours', async host => {
    const answer = await send(login({}, host))
    expect(answer.status).toBe(201)
    expect(answer.json['token']).toMatchObject({
      issued_at: '2026-11-20T12:00:00.000000Z',
      expires_at: '2026-11-21T12:00:00.000000Z',
    })
    const token = String(answer.headers['x-subject-token'])
    expect(token).toHaveLength(5_000)
    now += 24 * 3_600_000 - 1
    expect((await send(withToken(token))).status).toBe(200)
    now += 1
    expect((await send(withToken(token))).status).toBe(401)
  })

  it('keeps earlier tokens valid beside a new one', async () => {
    const first = String((await send(login())).headers['x-subject-token'])
    now += 1_000
    const second = String((await send(login())).headers['x-subject-token'])
    expect(second).not.toBe(first)
    expect((await send(withToken(first))).status).toBe(200)
    expect((await send(withToken(second))).status).toBe(200)
  })

  it.each([{ password: 'wrong' }, { name: 'wrong' }, { domain: { name: 'wrong' } }, { domain: null }])(
    'refuses %j with 401',
    async user => {
      expect(await send(login({ user }))).toMatchObject({
        status: 401,
        json: { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } },
      })
    },
  )

  it('refuses what is not a request for a global token by password with 400', async () => {
    const requests = [login({ scope: { project: { name: 'x' } } }), login({ methods: ['totp'] })]
    requests.push({ ...login(), body: '{' }, { ...login(), body: 'null' })
    for (const request of requests) {
      expect(await send(request)).toMatchObject({ status: 400, json: { error: { code: 400, title: 'Bad Request' } } })
    }
  })

  it('answers any status a fault asks for, and a hollow one without a token', async () => {
    faults.add('/v3/auth/tokens', { kind: 'error', code: '500' }, 1)
    faults.add('/v3/auth/tokens', { kind: 'hollow' }, 1)
    expect(await send(login())).toMatchObject({ status: 500, json: { error: { title: 'Internal Server Error' } } })
    const hollow = await send(login())
    expect(hollow).toMatchObject({ status: 201, json: {} })
    expect(hollow.headers['x-subject-token']).toBeUndefined()
  })
})
