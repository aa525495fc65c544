import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, connectionDocument, stored } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { systemClock } from '../call'
import { saveConnection } from './saveConnection'
import { testConnection } from './testConnection'
import type { SaveConnectionInput } from './types'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const TOKEN = 'canary-token'
const HUAWEI: SaveConnectionInput = { provider: 'partnerCredit', name: 'H', secrets: { HUAWEI_AUTH_TOKEN: TOKEN } }

describe('testConnection', () => {
  let upstream: TestUpstream
  let answer = json({})
  beforeEach(async () => {
    mockCloud.reset()
    upstream = await startUpstream(() => answer)
  })
  afterEach(() => upstream.close())

  /** Over HTTP time goes by itself. */
  const call = (variables: NodeJS.ProcessEnv = {}) => {
    const own = boardCall({ variables: { HUAWEI_BSS_URL: upstream.url, ...variables } })
    return { ...own, clock: systemClock }
  }

  it('reads what is saved, tells the first meters, and records nothing', async () => {
    mockCloud.store.create('yl_connections', [connectionDocument('env-waybill')])
    const list = ['A', 'B', 'C', 'D'].map(biz => ({ delivery_id: 'YTO', biz_id: biz, quota_num: 7, status_code: 0 }))
    mockCloud.openapi('logistics.getAllAccount', () => ({ list }))
    mockCloud.openapi('logistics.getQuota', () => ({ quota_num: 9 }))
    const result = await testConnection({ id: 'env-waybill' }, boardCall())
    // One call tells of all four; more calls than this the test does not spend.
    expect(result).toMatchObject({ ok: true, meters: 2, hasMore: true, sample: { length: 2 } })
    expect(result.ok && result.sample[0]).toEqual({ title: expect.stringContaining('A'), value: '9', unit: 'waybills' })
    expect(mockCloud.openapiCalls.length).toBeLessThanOrEqual(3)
    expect(mockCloud.store.requests.filter(api => api !== 'collection.get')).toEqual([])
  })

  it('reads a draft with its own credentials, those of the function out of play', async () => {
    answer = json({ error_code: 'CBC.0100', error_msg: `no right: ${TOKEN}` }, 403)
    const result = await testConnection(HUAWEI, call({ HUAWEI_AUTH_TOKEN: 'of-the-function' }))
    expect(upstream.exchanges[0]?.headers['x-auth-token']).toBe(TOKEN)
    expect(result).toMatchObject({ ok: false, error: { upstream: { code: 'CBC.0100', message: 'no right: ***' } } })
  })

  it('reads a draft over what is saved: the secrets that are given replace the others', async () => {
    answer = json({}, 500)
    const { connection } = await saveConnection(HUAWEI, boardCall())
    await testConnection({ id: connection.id }, call())
    await testConnection({ ...HUAWEI, id: connection.id, secrets: { HUAWEI_AUTH_TOKEN: 'canary-2' } }, call())
    await testConnection({ provider: 'partnerCredit', name: 'x', id: connection.id }, call())
    const tokens = upstream.exchanges.map(({ headers }) => headers['x-auth-token'])
    expect([...new Set(tokens)]).toEqual([TOKEN, 'canary-2'])
    expect(tokens.at(-1)).toBe(TOKEN)
    const [document] = await stored('yl_connections')
    expect(document).toMatchObject({ failures: 0, failure: null })
  })

  it('answers what is missing as an error to read, not as one to handle', async () => {
    const result = await testConnection({ provider: 'partnerCredit', name: 'x' }, call({ HUAWEI_AUTH_TOKEN: 'other' }))
    expect(result).toMatchObject({ ok: false, error: { code: 'NOT_CONFIGURED' } })
    expect(upstream.exchanges).toEqual([])
  })

  it('throws for what could not be saved', async () => {
    expect((await failureOf(testConnection({ id: 'x' }, call()))).code).toBe('NOT_FOUND')
    const wrong = testConnection({ ...HUAWEI, secrets: { X: 'y' } }, call())
    expect((await failureOf(wrong)).code).toBe('INVALID_ARGUMENT')
  })
})
