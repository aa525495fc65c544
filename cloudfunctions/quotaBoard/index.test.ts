import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { BOARD_VARIABLES, connectionDocument, dayDocument, meterDocument, stored } from '../../tests/support/board'
import { captureConsole } from '../../tests/support/console'
import { callWithAnything, expectEnvelope } from '../../tests/support/envelope'
import { json, startUpstream } from '../../tests/support/upstream'
import { ADMIN, setVariables, TIMER } from '../../tests/support/variables'
import { main } from '.'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const CONTEXT = { request_id: 'r-1', time_limit_in_ms: 3000 }
const METER = 'env-waybill/YTO/x'
const RANGE = { meter: METER, from: '20261101', to: '20261120' }
const DRAFT = { provider: 'waybill', name: 'Shop' }

/** A valid input of every action, and who may give it. */
const ACTIONS: [string, object, 'viewer' | 'admin'][] = [
  ['board', {}, 'viewer'],
  ['history', RANGE, 'viewer'],
  ['refresh', { meter: METER }, 'viewer'],
  ['export', { ...RANGE, rows: 'days' }, 'viewer'],
  ['removeMyData', {}, 'viewer'],
  ['connections', {}, 'admin'],
  ['saveConnection', DRAFT, 'admin'],
  ['testConnection', { id: 'env-waybill' }, 'admin'],
  ['removeConnection', { id: 'env-waybill' }, 'admin'],
  ['members', {}, 'admin'],
  ['saveMember', { openid: 'oNEW', role: 'viewer' }, 'admin'],
  ['runs', {}, 'admin'],
]

describe('quotaBoard', () => {
  let restore = () => {}
  beforeEach(() => {
    mockCloud.reset()
    mockCloud.openapi('logistics.getQuota', () => ({ quota_num: 150 }))
    mockCloud.openapi('logistics.getAllAccount', () => ({ list: [] }))
    mockCloud.store.create('yl_members', [
      { _id: 'oVIEWER', role: 'viewer' },
      { _id: 'oSECOND', role: 'admin' },
    ])
    mockCloud.store.create('yl_connections', [connectionDocument('env-waybill')])
    mockCloud.store.create('yl_meters', [meterDocument('env-waybill', 'YTO/x')])
    mockCloud.store.create('yl_readings', [dayDocument(METER, '20261120', [[1_795_000_000_000, '210']])])
    as('oADMIN')
  })
  afterEach(() => restore())

  function as(openid: string, variables: NodeJS.ProcessEnv = {}) {
    restore()
    restore = setVariables({ ...BOARD_VARIABLES, ...ADMIN, WX_OPENID: openid, ...variables })
  }
  async function call(event: unknown) {
    return (await captureConsole(() => main(event, CONTEXT))).result
  }
  async function codeOf(event: unknown) {
    const result = await call(event)
    expectEnvelope(result)
    return result.ok ? 'OK' : result.error.code
  }

  describe.each(ACTIONS)('%s', (action, input, role) => {
    it.each([
      ['an administrator', 'oADMIN', 'OK'],
      ['an administrator among the members', 'oSECOND', 'OK'],
      ['a viewer', 'oVIEWER', role === 'viewer' ? 'OK' : 'PERMISSION_DENIED'],
      ['a stranger', 'oSTRANGER', 'PERMISSION_DENIED'],
    ])('for %s', async (_, openid, code) => {
      as(openid)
      expect(await codeOf({ action, ...input })).toBe(code)
      if (code !== 'OK') expect(mockCloud.store.requests).toEqual(['collection.get'])
      expect(code === 'OK' || mockCloud.openapiCalls.length === 0).toBe(true)
    })

    it('refuses an unknown key, of who has a role', async () => {
      expect(await call({ action, ...input, openId: 'oADMIN' })).toMatchObject({
        error: { code: 'INVALID_ARGUMENT', fields: [{ path: 'openId' }] },
      })
      as('oSTRANGER')
      expect(await codeOf({ action, ...input, openId: 'oADMIN' })).toBe('PERMISSION_DENIED')
    })
  })

  it.each<[string, object, string[]]>([
    ['no action', {}, ['action']],
    ['an unknown action', { action: 'drop' }, ['action']],
    ['an inherited one', { action: 'constructor' }, ['action']],
    ['an unknown provider', { action: 'board', provider: 'x' }, ['provider']],
    ['an unknown level', { action: 'board', level: 'stale' }, ['level']],
    ['an unknown standing', { action: 'board', standing: 'low' }, ['standing']],
    ['a page before the first', { action: 'board', page: -1 }, ['page']],
    ['51 characters of text', { action: 'board', text: 'x'.repeat(51) }, ['text']],
    ['a condition for a text', { action: 'board', text: { $ne: '' } }, ['text']],
    ['a NUL in a text', { action: 'board', text: 'a\0' }, ['text']],
    ['a condition for a meter', { action: 'refresh', meter: { $ne: '' } }, ['meter']],
    ['a day that is none', { action: 'history', ...RANGE, to: '20261131' }, ['to']],
    ['a range that ends before it begins', { action: 'history', ...RANGE, from: '20261121' }, ['to']],
    ['a range of more than 25 months', { action: 'history', ...RANGE, from: '20241019' }, ['from']],
    ['a range before anything', { action: 'history', ...RANGE, from: '19700101', to: '19700102' }, ['from', 'to']],
    ['an export of something else', { action: 'export', ...RANGE, rows: 'all' }, ['rows']],
    ['a condition for an id', { action: 'removeConnection', id: { $ne: '' } }, ['id']],
    ['an unknown role', { action: 'saveMember', openid: 'o', role: 'owner' }, ['role']],
    ['a connection without a name', { action: 'saveConnection', provider: 'waybill', name: ' ' }, ['name']],
    ['an interval of 0', { action: 'saveConnection', ...DRAFT, intervalMinutes: 0 }, ['intervalMinutes']],
    ['a list of secrets', { action: 'saveConnection', ...DRAFT, secrets: ['x'] }, ['secrets']],
    ['a number for a secret', { action: 'saveConnection', ...DRAFT, secrets: { A: 1 } }, ['secrets.A']],
    ['a blank secret', { action: 'saveConnection', ...DRAFT, secrets: { A: ' ' } }, ['secrets.A']],
    ['4001 characters', { action: 'saveConnection', ...DRAFT, secrets: { A: 'x'.repeat(4001) } }, ['secrets.A']],
    ...['__proto__', 'constructor', 'prototype'].flatMap((key): [string, object, string[]][] => {
      const own = JSON.parse(`{"${key}":"x"}`)
      return [
        [`${key} for a secret`, { action: 'saveConnection', ...DRAFT, secrets: own }, [`secrets.${key}`]],
        [`${key} for a setting`, { action: 'testConnection', ...DRAFT, settings: own }, [`settings.${key}`]],
      ]
    }),
    ['an empty setting', { action: 'saveConnection', ...DRAFT, settings: { A: '' } }, ['settings.A']],
    [
      'a variable that the provider does not have',
      { action: 'saveConnection', ...DRAFT, secrets: { A: 'x' } },
      ['secrets.A'],
    ],
    ['a test of half a draft', { action: 'testConnection', id: 'x', name: 'y' }, ['provider']],
  ])('refuses %s', async (_, event, paths) => {
    const result = await call(event)
    expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT' } })
    expect(result.ok ? [] : result.error.fields?.map(({ path }) => path)).toEqual(paths)
  })

  it('takes a range of 25 months', async () => {
    expect(await codeOf({ action: 'history', ...RANGE, from: '20241020' })).toBe('OK')
  })

  it('does not let an administrator take their own role away, and knows them by the platform’s word', async () => {
    expect(await codeOf({ action: 'saveMember', openid: 'oADMIN', role: 'none' })).toBe('INVALID_ARGUMENT')
    as('oSECOND')
    expect(await codeOf({ action: 'saveMember', openid: 'oSECOND', role: 'viewer' })).toBe('INVALID_ARGUMENT')
  })

  it('removes the data of the caller, who has no role from then on', async () => {
    as('oVIEWER')
    expect(await call({ action: 'removeMyData' })).toMatchObject({ ok: true, data: { removed: true } })
    expect(await codeOf({ action: 'board' })).toBe('PERMISSION_DENIED')
  })

  it('has no personal data of a timer', async () => {
    restore()
    restore = setVariables({ ...BOARD_VARIABLES, ...TIMER })
    expect(await codeOf({ action: 'removeMyData' })).toBe('NOT_APPLICABLE')
    expect(await codeOf({ action: 'board' })).toBe('OK')
  })

  it('shows no secret in any answer, log line or document', async () => {
    const upstream = await startUpstream(({ headers }) => {
      return json({ error_code: 'CBC.0100', error_msg: `no right: ${headers['x-auth-token']}` }, 403)
    })
    as('oADMIN', { HUAWEI_BSS_URL: upstream.url })
    const secrets = { HUAWEI_AUTH_TOKEN: 'canary-token-7f3a' }
    const draft = { provider: 'partnerCredit', name: 'H', secrets }
    const { result, text } = await captureConsole(async () => {
      const answers: unknown[] = []
      const ask = async (event: object) => {
        const answer = await main(event, CONTEXT)
        answers.push(answer)
        return answer
      }
      await ask({ action: 'saveConnection', ...draft })
      const own = (await stored('yl_connections')).find(({ provider }) => provider === 'partnerCredit')
      const id = own?.['_id']
      await ask({ action: 'testConnection', id })
      await ask({ action: 'testConnection', ...draft })
      await ask({ action: 'saveConnection', id, ...draft, secrets: { X: 'canary-other-7f3a' } })
      await ask({ action: 'saveConnection', id, provider: 'waybill', name: 'H', secrets })
      await ask({ action: 'saveConnection', id, ...draft, more: 'canary-more-7f3a' })
      await ask({ action: 'connections' })
      await ask({ action: 'board' })
      await ask({ action: 'removeConnection', id: 'nobody' })
      return answers
    })
    await upstream.close()
    expect(upstream.exchanges).not.toEqual([])
    expect(result).toHaveLength(9)
    expect(JSON.stringify(result)).toContain('no right: ***')
    const documents = await Promise.all(['yl_connections', 'yl_members', 'yl_meters'].map(stored))
    for (const place of [JSON.stringify(result), text, JSON.stringify(documents)]) {
      expect(place).not.toMatch(/canary|7f3a/)
      expect(place).not.toContain(BOARD_VARIABLES.YULIANG_KEY)
    }
  })

  it('answers anything with a well-formed envelope, whatever the action', async () => {
    let turn = 0
    const acting: typeof main = (event, context) => {
      turn += 1
      const [action] = ACTIONS[turn % ACTIONS.length] ?? []
      const isObject = typeof event === 'object' && event !== null && !Array.isArray(event)
      return main(isObject && turn % 2 === 0 ? { ...event, action } : event, context)
    }
    const codes = await callWithAnything(acting, ['meter', 'text', 'page', 'id', 'provider', 'secrets', 'openid'])
    expect([...codes].sort()).toEqual(expect.arrayContaining(['INVALID_ARGUMENT', 'OK']))
    expect(codes).not.toContain('INTERNAL')
  }, 60_000)
})
