import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { BOARD_VARIABLES, boardCall, connectionDocument, MINUTE, meterDocument, NOON } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { readBoard } from './board'
import type { BoardInput } from './types'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const STALE_AT = NOON - 36 * MINUTE

function store(connections: object[], meters: object[]) {
  mockCloud.store.create('yl_connections', connections as Record<string, unknown>[])
  mockCloud.store.create('yl_meters', meters as Record<string, unknown>[])
}

async function keysFor(filter: BoardInput) {
  return (await readBoard(filter, boardCall())).meters.map(({ key }) => key)
}

describe('readBoard', () => {
  beforeEach(() => mockCloud.reset())

  it('is empty, and no error, before anything has been read', async () => {
    expect(await readBoard({}, boardCall())).toEqual({
      meters: [],
      total: 0,
      page: 0,
      hasMore: false,
      counts: {},
      providers: {},
      lastSweepAt: null,
      degraded: [],
      connections: [],
    })
  })

  it('is an error when the database cannot answer', async () => {
    mockCloud.store.fail(-502001)
    expect((await failureOf(readBoard({}, boardCall()))).code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it('shows a meter with what a person needs, in the language of the call', async () => {
    store([connectionDocument('env-waybill', { counts: { ok: 1 } })], [meterDocument('env-waybill', 'YTO/x')])
    const { meters, connections, lastSweepAt } = await readBoard({}, boardCall({ language: 'zh' }))
    expect(meters).toEqual([
      {
        id: 'env-waybill/YTO/x',
        provider: 'waybill',
        connection: 'env-waybill',
        key: 'YTO/x',
        title: '额度 YTO/x',
        kind: 'balance',
        unit: 'waybills',
        value: '210',
        limit: null,
        standing: 'current',
        level: 'ok',
        left: 210,
        resetsAt: null,
        asOf: NOON - MINUTE,
        missingSince: null,
        recent: [[NOON - 60 * MINUTE, '210']],
      },
    ])
    expect(connections).toEqual([
      { id: 'env-waybill', provider: 'waybill', name: '快递电子面单', failure: null, completeAt: NOON - MINUTE },
    ])
    expect(lastSweepAt).toBe(NOON - MINUTE)
  })

  it.each<[string, object, object, number | null]>([
    ['the last round, which found it unchanged', {}, {}, NOON - MINUTE],
    ['its own point, when that is later', { at: NOON }, {}, NOON],
    ['its own point before the first round is complete', {}, { completeAt: null }, NOON - 60 * MINUTE],
    ['nothing without a value', { value: null, at: null, standing: 'no-data' }, {}, null],
    ['its own point when the round did not tell it', { standing: 'no-data' }, {}, NOON - 60 * MINUTE],
    ['the last complete round of a failing connection', { standing: 'failing' }, { failures: 1 }, NOON - MINUTE],
  ])('says as of when a value is known: %s', async (_, meter, connection, asOf) => {
    store([connectionDocument('c', connection as never)], [meterDocument('c', 'k', meter as never)])
    expect((await readBoard({}, boardCall())).meters[0]?.asOf).toBe(asOf)
  })

  it('does not call 2000 thousandths a share', async () => {
    store([connectionDocument('c')], [meterDocument('c', 'k', { order: 2000 })])
    expect((await readBoard({}, boardCall())).meters[0]?.left).toBeNull()
  })

  it('sorts the most urgent first, page by page, each meter once', async () => {
    const meters = Array.from({ length: 95 }, (_, n) =>
      meterDocument('c', `k${String(n).padStart(3, '0')}`, { rank: (n * 7) % 5, order: (n * 31) % 11 }),
    )
    store([connectionDocument('c', { counts: { ok: 95 } })], meters)
    const pages = await Promise.all([0, 1, 2, 3].map(page => readBoard({ page }, boardCall())))
    expect(pages.map(page => [page.meters.length, page.hasMore, page.total])).toEqual([
      [40, true, 95],
      [40, true, 95],
      [15, false, 95],
      [0, false, 95],
    ])
    const urgency = (document: Record<string, unknown>) =>
      [document['rank'], document['order'], document['key']].map(part => String(part).padStart(5, '0')).join()
    const sorted = meters.sort((a, b) => (urgency(a) < urgency(b) ? -1 : 1)).map(({ key }) => key)
    expect(pages.flatMap(page => page.meters.map(({ key }) => key))).toEqual(sorted)
  })

  it('has no next page after exactly 40', async () => {
    store(
      [],
      Array.from({ length: 40 }, (_, n) => meterDocument('c', `k${n}`)),
    )
    expect(await readBoard({}, boardCall())).toMatchObject({ hasMore: false, meters: { length: 40 } })
  })

  describe('of a connection that has not been read for long', () => {
    beforeEach(() => {
      store(
        [
          connectionDocument('new', { counts: { ok: 1, low: 1 } }),
          connectionDocument('old', {
            completeAt: STALE_AT,
            counts: { low: 1, failing: 1, 'not-applicable': 1 },
            provider: 'memberBalance',
          }),
        ],
        [
          meterDocument('new', 'ok'),
          meterDocument('new', 'low', { level: 'low', rank: 2 }),
          meterDocument('old', 'aged', { level: 'low', rank: 2, provider: 'memberBalance' }),
          meterDocument('old', 'failing', { standing: 'failing', rank: 3, provider: 'memberBalance' }),
          meterDocument('old', 'none', { standing: 'not-applicable', level: null, provider: 'memberBalance' }),
        ],
      )
    })

    it('shows what was believed as stale, without a level, and counts it so', async () => {
      const { meters, counts, providers } = await readBoard({}, boardCall())
      const shown = Object.fromEntries(meters.map(({ key, standing, level }) => [key, [standing, level]]))
      expect(shown).toEqual({
        ok: ['current', 'ok'],
        low: ['current', 'low'],
        aged: ['stale', null],
        failing: ['stale', null],
        none: ['not-applicable', null],
      })
      expect(counts).toEqual({ ok: 1, low: 1, stale: 2, 'not-applicable': 1 })
      expect(providers).toEqual({ waybill: { ok: 1, low: 1 }, memberBalance: { stale: 2, 'not-applicable': 1 } })
    })

    it.each<[BoardInput, string[], number]>([
      [{ level: 'low' }, ['low'], 1],
      [{ level: 'low', standing: 'current' }, ['low'], 1],
      [{ level: 'low', standing: 'stale' }, [], 0],
      [{ standing: 'stale' }, ['aged', 'failing'], 2],
      [{ standing: 'current' }, ['low', 'ok'], 2],
      [{ standing: 'failing' }, [], 0],
      [{ standing: 'not-applicable' }, ['none'], 1],
      [{ provider: 'memberBalance', standing: 'stale' }, ['aged', 'failing'], 2],
      [{ provider: 'waybill' }, ['low', 'ok'], 2],
      [{ provider: 'waybill', standing: 'stale' }, [], 0],
      [{ provider: 'esignUsage' }, [], 0],
    ])('filters by what is shown: %j', async (filter, keys, total) => {
      const { meters, total: counted } = await readBoard(filter, boardCall())
      expect(meters.map(({ key }) => key)).toEqual(keys)
      expect(counted).toBe(total)
    })

    it('counts the asked provider only, and lists all of them', async () => {
      const { counts, providers } = await readBoard({ provider: 'waybill' }, boardCall())
      expect(counts).toEqual({ ok: 1, low: 1 })
      expect(Object.keys(providers)).toEqual(['waybill', 'memberBalance'])
    })
  })

  describe('by text', () => {
    const titled = (key: string, zh: string, en: string) => meterDocument('c', key, { title: { zh, en } })

    it('looks in the key and both titles, in either case', async () => {
      store([], [titled('YTO/abc', '圆通 甲', 'YTO A'), titled('SF/xyz', '顺丰 乙', 'SF Express B')])
      expect(await keysFor({ text: 'ABC' })).toEqual(['YTO/abc'])
      expect(await keysFor({ text: '顺丰' })).toEqual(['SF/xyz'])
      expect(await keysFor({ text: 'express' })).toEqual(['SF/xyz'])
      expect(await keysFor({ text: '/' })).toEqual(['SF/xyz', 'YTO/abc'])
      expect(await keysFor({ text: '.' })).toEqual([])
      expect((await readBoard({ text: '/' }, boardCall())).total).toBeUndefined()
    })

    it('finds exactly what holds the text, whatever characters it has', async () => {
      const character = fc.constantFrom(...'aB1 .*+?^$()[]{}|\\/-,"\'#余')
      const words = fc.string({ unit: character, minLength: 1, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(words, { minLength: 1, maxLength: 6 }),
          words.filter(text => text.trim() !== ''),
          async (keys, text) => {
            mockCloud.reset()
            store(
              [],
              keys.map(key => titled(key, '题', '-')),
            )
            const expected = keys.filter(key => `${key}\n题\n-`.toLowerCase().includes(text.trim().toLowerCase()))
            expect((await keysFor({ text })).sort()).toEqual(expected.sort())
          },
        ),
      )
    })

    it('goes together with the other filters', async () => {
      store([connectionDocument('c')], [meterDocument('c', 'a1'), meterDocument('c', 'a2', { level: 'low' })])
      expect(await keysFor({ text: 'a', level: 'low', standing: 'current', provider: 'waybill' })).toEqual(['a2'])
    })
  })

  describe('degraded', () => {
    const FAILURE = { code: 'UPSTREAM_REJECTED', zh: '密钥无效。', en: 'The key is not valid.', upstreamCode: 'x' }

    it('names failed and overdue connections, in the language of the call', async () => {
      store(
        [
          connectionDocument('a', { failures: 1, failure: FAILURE, name: '仓库' }),
          connectionDocument('b', { dueAt: NOON - 25 * MINUTE - 1 }),
          connectionDocument('c', { dueAt: NOON - 25 * MINUTE }),
        ],
        [meterDocument('a', 'k')],
      )
      const { degraded, connections } = await readBoard({}, boardCall())
      expect(degraded.map(({ code }) => code)).toEqual(['connection-failed', 'late'])
      expect(degraded[0]?.message).toContain('1 connection could not be read: 仓库.')
      expect(degraded[1]?.message).toContain('1 connection is overdue: Courier waybills.')
      expect(connections).toMatchObject([
        { name: '仓库', failure: { code: 'UPSTREAM_REJECTED', message: 'The key is not valid.' } },
      ])
      const chinese = await readBoard({}, boardCall({ language: 'zh' }))
      expect(chinese.degraded[0]?.message).toContain('1 个连接读取失败：仓库。')
    })

    it('says nothing of disabled connections, whose meters are still shown', async () => {
      const off = { enabled: false, failures: 2, failure: FAILURE, dueAt: 0 }
      store([connectionDocument('a', off)], [meterDocument('a', 'k')])
      expect(await readBoard({}, boardCall())).toMatchObject({ degraded: [], meters: [{ key: 'k' }] })
    })

    it('names no more than three', async () => {
      store(
        Array.from({ length: 900 }, (_, n) => connectionDocument(`c${n}`, { failures: 1, name: `N${n}`, dueAt: 0 })),
        [],
      )
      const { degraded } = await readBoard({}, boardCall())
      expect(degraded.map(({ message }) => message.length < 300)).toEqual([true, true])
      expect(degraded[0]?.message).toMatch(/^900 connections could not be read: N0, N1, N10, …/)
    })
  })

  describe('cost', () => {
    it('of a page of 10,000 meters is two queries and at most 60 KB', async () => {
      const connections = Array.from({ length: 100 }, (_, n) => connectionDocument(`c${n}`, { counts: { ok: 100 } }))
      const meters = Array.from({ length: 10_000 }, (_, n) =>
        meterDocument(`c${n % 100}`, `k${n}`, { order: n % 1000 }),
      )
      store(connections, meters)
      for (const filter of [{}, { page: 249 }, { level: 'ok' as const, text: 'k9' }]) {
        const call = boardCall()
        const board = await readBoard(filter, call)
        expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 2, databaseWrites: 0 })
        expect(board.meters).toHaveLength(40)
        expect(Buffer.byteLength(JSON.stringify(board))).toBeLessThanOrEqual(60_000)
      }
    }, 30_000)

    it.each([
      ['long', 30, 1, 24],
      ['very long', 60, 40, 8],
      ['absurdly long', 400, 40, 0],
    ])('with %s names is at most 60 KB', async (_, length, connections, fewest) => {
      const name = '余'.repeat(length)
      const failure = { code: 'X', zh: '很长的说明'.repeat(100), en: 'long '.repeat(400), upstreamCode: null }
      const recent = Array.from({ length: 24 }, (_, n) => [NOON - n * MINUTE, `12345${n}.67`]).reverse()
      store(
        Array.from({ length: connections }, (_, n) =>
          connectionDocument(`connection-${n}`, { name: name.slice(0, 60), failure }),
        ),
        Array.from({ length: 40 }, (_, n) =>
          meterDocument(`connection-${n % connections}`, `${name.slice(0, 40)}/${n}`, {
            title: { zh: name, en: name },
            recent,
          }),
        ),
      )
      const board = await readBoard({}, boardCall())
      expect(board.meters).toHaveLength(40)
      expect(Buffer.byteLength(JSON.stringify(board))).toBeLessThanOrEqual(59_000)
      for (const meter of board.meters) expect(meter.recent.length).toBeGreaterThanOrEqual(fewest)
    })

    it('holds no credential, sealed or not', async () => {
      store([connectionDocument('c', { sealed: 'v1.sealed', settings: { A: 'setting' } })], [meterDocument('c', 'k')])
      const text = JSON.stringify(await readBoard({}, boardCall()))
      for (const secret of ['v1.sealed', 'setting', BOARD_VARIABLES.YULIANG_KEY]) expect(text).not.toContain(secret)
    })
  })
})
