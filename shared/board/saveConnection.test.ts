import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { BOARD_VARIABLES, boardCall, connectionDocument, MINUTE, NOON, stored } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { connections } from '../store/connections'
import { sealerFrom } from '../store/seal'
import { listConnections } from './connections'
import { saveConnection } from './saveConnection'
import type { SaveConnectionInput } from './types'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const SECRETS = { TENCENT_SECRET_ID: 'canary-id', TENCENT_SECRET_KEY: 'canary-key' }
const NEW: SaveConnectionInput = { provider: 'memberBalance', name: 'Group', secrets: SECRETS }
const ROUND = {
  id: 'r',
  startedAt: NOON,
  movedAt: NOON,
  place: null,
  seen: 0,
  known: 0,
  found: 0,
  counts: {},
  marks: true,
  isUnsure: false,
}

async function only() {
  const [document] = await stored('yl_connections')
  if (!document) throw new Error('no connection')
  return document
}

function opened({ _id, sealed }: Record<string, unknown>): unknown {
  return JSON.parse(sealerFrom(boardCall().environment).open(String(sealed), String(_id)))
}

/** Saves a new one, and puts these fields over it as a sweep would. */
async function saved(fields: Record<string, unknown> = {}): Promise<string> {
  const { connection } = await saveConnection(NEW, boardCall())
  if (Object.keys(fields).length > 0) await connections(boardCall()).update({ _id: connection.id }, fields)
  return connection.id
}

beforeEach(() => mockCloud.reset())

describe('a new connection', () => {
  it('is there with the provider’s interval, due now, its secrets sealed', async () => {
    const { connection } = await saveConnection({ ...NEW, settings: { MEMBER_UINS: '1,2' } }, boardCall())
    expect(connection).toMatchObject({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      provider: 'memberBalance',
      name: 'Group',
      intervalMinutes: 10,
      enabled: true,
      source: 'own',
      secrets: ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'],
      settings: { MEMBER_UINS: '1,2' },
      dueAt: NOON,
    })
    const document = await only()
    expect(JSON.stringify([document, connection])).not.toContain('canary')
    expect(opened(document)).toEqual(SECRETS)
  })

  it('is sealed for itself alone', async () => {
    await saved()
    const document = await only()
    expect(() => opened({ ...document, _id: 'other' })).toThrow()
  })

  it('may be disabled, and have an interval', async () => {
    const { connection } = await saveConnection({ ...NEW, enabled: false, intervalMinutes: 60 }, boardCall())
    expect(connection).toMatchObject({ enabled: false, intervalMinutes: 60 })
  })

  it('without secrets needs no key to seal them', async () => {
    const input: SaveConnectionInput = {
      provider: 'waybill',
      name: 'App',
      settings: { WAYBILL_AUTHORIZER_APPID: 'wx1' },
    }
    const { connection } = await saveConnection(input, boardCall({ variables: { YULIANG_KEY: '' } }))
    expect(connection).toMatchObject({ source: 'own', secrets: [] })
  })

  it('with secrets is NOT_CONFIGURED without a key, and nothing is stored', async () => {
    const error = await failureOf(saveConnection(NEW, boardCall({ variables: { YULIANG_KEY: '' } })))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(mockCloud.store.requests).toEqual([])
  })

  it.each<[Partial<SaveConnectionInput>, string, string]>([
    [{ secrets: { HUAWEI_AUTH_TOKEN: 'canary' } }, 'secrets.HUAWEI_AUTH_TOKEN', 'TENCENT_SECRET_ID'],
    [{ secrets: { MEMBER_UINS: '1' } }, 'secrets.MEMBER_UINS', 'TENCENT_SECRET_KEY'],
    [{ settings: { TENCENT_SECRET_KEY: 'canary' } }, 'settings.TENCENT_SECRET_KEY', 'MEMBER_UINS'],
    [{ settings: { ADMIN_OPENIDS: 'o' } }, 'settings.ADMIN_OPENIDS', 'MEMBER_UINS'],
    [{ provider: 'waybill', secrets: { X: 'canary' } }, 'secrets.X', 'none'],
  ])('is refused with %j, naming the key and what is allowed', async (change, path, allowed) => {
    const error = await failureOf(saveConnection({ ...NEW, ...change }, boardCall()))
    expect(error.code).toBe('INVALID_ARGUMENT')
    const field = error.fields?.find(one => one.path === path)
    expect(field?.message.en).toContain(allowed)
    expect(JSON.stringify(error.fields)).not.toContain('canary')
  })

  it('is NOT_FOUND under an id that nobody has', async () => {
    expect((await failureOf(saveConnection({ ...NEW, id: 'x' }, boardCall()))).code).toBe('NOT_FOUND')
  })
})

describe('changing a connection', () => {
  const input = { provider: 'memberBalance', name: 'Group' } as const

  it('replaces the secrets that are given, keeps the others, removes the empty', async () => {
    const id = await saved()
    await saveConnection({ ...input, id, secrets: { TENCENT_SECRET_KEY: 'canary-new' } }, boardCall())
    expect(opened(await only())).toEqual({ ...SECRETS, TENCENT_SECRET_KEY: 'canary-new' })
    const { connection } = await saveConnection({ ...input, id, secrets: { TENCENT_SECRET_ID: '' } }, boardCall())
    expect(opened(await only())).toEqual({ TENCENT_SECRET_KEY: 'canary-new' })
    expect(connection.secrets).toEqual(['TENCENT_SECRET_KEY'])
  })

  it.each<[string, Partial<SaveConnectionInput>]>([
    ['secrets', { secrets: { TENCENT_SECRET_KEY: 'canary-new' } }],
    ['settings', { settings: { MEMBER_UINS: '1' } }],
  ])('to other %s makes it due now, drops its round, and takes it from whoever reads it', async (_, change) => {
    const id = await saved({ dueAt: NOON + MINUTE, holder: 'run', round: ROUND, memory: '{}' })
    await saveConnection({ ...input, id, ...change }, boardCall())
    expect(await only()).toMatchObject({ dueAt: NOON, holder: null, round: null, memory: null })
  })

  it.each<[string, Partial<SaveConnectionInput>]>([
    ['a name', { name: 'Other' }],
    ['a longer interval', { intervalMinutes: 60 }],
    ['enabled', { enabled: false }],
    ['the same settings', { settings: {}, secrets: {}, name: 'Other' }],
  ])('in %s leaves its round and its credentials alone, and needs no key', async (_, change) => {
    const id = await saved({ dueAt: NOON + MINUTE, holder: 'run', round: ROUND })
    const before = await only()
    await saveConnection({ ...input, id, ...change }, boardCall({ variables: { YULIANG_KEY: '' } }))
    const { name, intervalMinutes, enabled, ...rest } = await only()
    expect(before).toMatchObject(rest)
    expect({ name, intervalMinutes, enabled }).toMatchObject(
      Object.fromEntries(Object.entries(change).filter(([key]) => key !== 'settings' && key !== 'secrets')),
    )
  })

  it('in nothing writes nothing', async () => {
    const id = await saved()
    const call = boardCall()
    await saveConnection({ ...input, id }, call)
    expect(call.tally).toMatchObject({ databaseReads: 1, databaseWrites: 0 })
  })

  it('to a shorter interval makes it due within that', async () => {
    const id = await saved({ intervalMinutes: 600, dueAt: NOON + 500 * MINUTE })
    await saveConnection({ ...input, id, intervalMinutes: 20 }, boardCall())
    expect(await only()).toMatchObject({ intervalMinutes: 20, dueAt: NOON + 20 * MINUTE })
  })

  it('to a shorter interval never cuts a lease short', async () => {
    const id = await saved({ intervalMinutes: 600, dueAt: NOON + 500 * MINUTE })
    const lease = { holder: 'run', dueAt: NOON + 1000 * MINUTE }
    let requests = 0
    mockCloud.store.answerAfter(async () => {
      requests += 1
      if (requests === 2) await connections(boardCall()).update({ _id: id }, lease)
    })
    const error = await failureOf(saveConnection({ ...input, id, intervalMinutes: 20 }, boardCall()))
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: true })
    expect(await only()).toMatchObject({ ...lease, intervalMinutes: 600 })
  })

  it('at the same time as somebody else is CONFLICT for one of the two', async () => {
    const id = await saved()
    const changes = ['a', 'b'].map(key =>
      saveConnection({ ...input, id, secrets: { TENCENT_SECRET_KEY: key } }, boardCall()).then(
        () => key,
        error => error.code,
      ),
    )
    expect(await Promise.all(changes)).toEqual(['a', 'CONFLICT'])
    expect(opened(await only())).toEqual({ ...SECRETS, TENCENT_SECRET_KEY: 'a' })
  })

  it('to another provider is refused', async () => {
    const id = await saved()
    const error = await failureOf(saveConnection({ id, provider: 'waybill', name: 'x' }, boardCall()))
    expect(error.fields).toMatchObject([{ path: 'provider' }])
  })

  it('whose key is lost takes all secrets anew, and tells before that it cannot open them', async () => {
    const id = await saved()
    const call = () => boardCall({ variables: { YULIANG_KEY: Buffer.alloc(32, 1).toString('base64') } })
    expect((await listConnections(call())).connections).toMatchObject([{ id, secrets: null }])
    const some = saveConnection({ ...input, id, secrets: { TENCENT_SECRET_KEY: 'x' } }, call())
    expect((await failureOf(some)).code).toBe('NOT_CONFIGURED')
    const { connection } = await saveConnection({ ...input, id, secrets: SECRETS }, call())
    expect(connection.secrets).toEqual(['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'])
  })
})

describe('a connection of the environment', () => {
  beforeEach(() => mockCloud.store.create('yl_connections', [connectionDocument('env-waybill')]))
  const input = { id: 'env-waybill', provider: 'waybill', name: 'Shop' } as const

  it('takes a name, an interval and whether it is enabled', async () => {
    const change = { ...input, intervalMinutes: 30, enabled: false, secrets: {}, settings: {} }
    const { connection } = await saveConnection(change, boardCall())
    expect(connection).toMatchObject({ source: 'environment', secrets: [], name: 'Shop' })
    expect(await only()).toMatchObject({ name: 'Shop', intervalMinutes: 30, enabled: false, sealed: null })
  })

  it('takes no settings of its own', async () => {
    const change = { ...input, settings: { WAYBILL_AUTHORIZER_APPID: 'wx1' } }
    const error = await failureOf(saveConnection(change, boardCall()))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', fields: [{ path: 'settings' }] })
  })
})

describe('listConnections', () => {
  it('shows health and what is set, never a secret, sealed or not', async () => {
    const failure = { code: 'UPSTREAM_REJECTED', zh: '密钥无效。', en: 'The key is not valid.', upstreamCode: 'x' }
    const id = await saved({ failures: 2, failure })
    const answer = await listConnections(boardCall({ language: 'zh' }))
    expect(answer.connections).toMatchObject([
      { id, failures: 2, failure: { code: 'UPSTREAM_REJECTED', message: '密钥无效。' }, secrets: Object.keys(SECRETS) },
    ])
    const { sealed } = await only()
    for (const secret of ['canary', String(sealed), BOARD_VARIABLES.YULIANG_KEY]) {
      expect(JSON.stringify(answer)).not.toContain(secret)
    }
  })

  it('tells what each provider’s connections may set', async () => {
    const { providers } = await listConnections(boardCall())
    expect(providers.find(({ provider }) => provider === 'memberBalance')).toEqual({
      provider: 'memberBalance',
      intervalMinutes: 10,
      secrets: ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'],
      settings: ['TENCENT_CURRENCY', 'MEMBER_UINS'],
    })
    expect(providers).toHaveLength(6)
  })
})
