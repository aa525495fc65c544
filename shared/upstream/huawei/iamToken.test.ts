import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Reply } from '../../../local/http/server'
import { makeCall, type TestCall } from '../../../tests/support/call'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import { iamToken } from './iamToken'

const PATH = '/v3/auth/tokens'
const LIFE_MS = (24 * 60 - 10) * 60_000
let users = 0

describe('iamToken', () => {
  let upstream: TestUpstream
  let answer: (count: number) => Reply
  let call: TestCall
  let user: Parameters<typeof iamToken>[0]
  beforeEach(async () => {
    answer = count => json({}, 201, { 'x-subject-token': `token-${count}` })
    upstream = await startUpstream(() => answer(upstream.exchanges.length))
    call = makeCall({ variables: { HUAWEI_IAM_URL: upstream.url } })
    users += 1
    // The token is kept for the life of the instance: a user of this test's own.
    user = { kind: 'user', user: `user-${users}`, password: 'canary-password', domain: 'domain' }
  })
  afterEach(() => upstream.close())

  it('is fetched with user, password and domain', async () => {
    expect(await iamToken(user, call)).toBe('token-1')
    const [exchange] = upstream.exchanges
    expect(exchange).toMatchObject({ method: 'POST', host: 'iam.myhuaweicloud.com' })
    expect(exchange?.url.pathname).toBe(PATH)
    expect(JSON.parse(String(exchange?.body))).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: user.user, password: 'canary-password', domain: { name: 'domain' } } },
        },
        scope: { domain: { name: 'domain' } },
      },
    })
  })

  it('is kept for its life, less ten minutes', async () => {
    await iamToken(user, call)
    await call.clock.advance(LIFE_MS - 1)
    expect(await iamToken(user, call)).toBe('token-1')
    await call.clock.advance(1)
    expect(await iamToken(user, withTime(call))).toBe('token-2')
    expect(upstream.exchanges).toHaveLength(2)
  })

  it('is fetched once for callers at the same time', async () => {
    const tokens = await Promise.all([iamToken(user, call), iamToken(user, call), iamToken(user, call)])
    expect(tokens).toEqual(['token-1', 'token-1', 'token-1'])
    expect(upstream.exchanges).toHaveLength(1)
  })

  it('is fetched anew when Huawei refuses it', async () => {
    await iamToken(user, call)
    expect(await iamToken(user, call, 'token-1')).toBe('token-2')
    expect(await iamToken(user, call)).toBe('token-2')
  })

  it('is not fetched anew for a token that has been replaced already', async () => {
    await iamToken(user, call)
    await iamToken(user, call, 'token-1')
    expect(await iamToken(user, call, 'token-1')).toBe('token-2')
    expect(upstream.exchanges).toHaveLength(2)
  })

  it('is fetched anew once for callers at the same time whose token was refused', async () => {
    await iamToken(user, call)
    const tokens = await Promise.all([1, 2, 3].map(() => iamToken(user, call, 'token-1')))
    expect(tokens).toEqual(['token-2', 'token-2', 'token-2'])
    expect(upstream.exchanges).toHaveLength(2)
  })

  it('is not kept when the fetch fails', async () => {
    answer = () => json({ error: { code: 401, message: 'wrong password' } }, 401)
    const failures = await Promise.all([failureOf(iamToken(user, call)), failureOf(iamToken(user, call))])
    for (const failure of failures) {
      expect(failure).toMatchObject({
        code: 'UPSTREAM_REJECTED',
        upstream: { provider: 'huawei', code: '401', message: 'wrong password' },
      })
    }
    expect(upstream.exchanges).toHaveLength(1)
    answer = () => json({}, 201, { 'x-subject-token': 'good' })
    expect(await iamToken(user, call)).toBe('good')
  })

  it.each(['user', 'password', 'domain'] as const)('is not served to a changed %s', async part => {
    await iamToken(user, call)
    expect(await iamToken({ ...user, [part]: 'changed' }, call)).toBe('token-2')
    expect(upstream.exchanges).toHaveLength(2)
  })

  it.each([500, 429])('is fetched again after HTTP %p', async status => {
    upstream.faults.add(PATH, { kind: 'status', status }, 2)
    expect(await iamToken(user, call)).toBe('token-3')
  })

  it.each<[string, Reply]>([
    ['without its header', json({}, 201)],
    ['with an empty header', json({}, 201, { 'x-subject-token': '' })],
    ['under status 200', json({}, 200, { 'x-subject-token': 'token' })],
  ])('is UPSTREAM_CHANGED for an answer %s', async (_, reply) => {
    answer = () => reply
    expect((await failureOf(iamToken(user, call))).code).toBe('UPSTREAM_CHANGED')
    expect(upstream.exchanges).toHaveLength(1)
  })

  it('stays out of logs and errors, as does the password', async () => {
    await iamToken(user, call)
    answer = () => json({ error: { message: 'no' } }, 401)
    const error = await failureOf(iamToken({ ...user, domain: 'other' }, call))
    const said = JSON.stringify([error.message, error.text, error.upstream, call.lines])
    expect(said).not.toMatch(/canary-password|token-1/)
    expect(call.lines).toHaveLength(2)
  })

  /** A new invocation at the same time: the first one's deadline has passed. */
  function withTime({ clock }: TestCall): TestCall {
    return makeCall({ variables: { HUAWEI_IAM_URL: upstream.url }, clock })
  }
})
