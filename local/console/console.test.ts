import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { openDatabase } from '../gateway/database'
import type { Outcome } from '../runtime'
import { type BoardMeter, readBoard } from './board'
import type { Invoke } from './envelope'
import { nextSweep } from './nextSweep'
import { hasFailed, sweepAnswer } from './sweepAnswer'
import { type SweepRecord, sweepLine } from './sweepLine'
import { meterTable } from './table'

const METER: BoardMeter = {
  provider: 'waybill',
  title: 'YTO · shop',
  kind: 'balance',
  unit: 'waybills',
  value: '210',
  limit: null,
  standing: 'current',
  level: 'ok',
}

describe('readBoard', () => {
  /** Pages of this many meters; the board has so many in all. */
  function board(total: number, perPage: number) {
    const asked: object[] = []
    const answer = (page: number) => {
      const from = page * perPage
      const length = Math.max(0, Math.min(perPage, total - from))
      const meters = Array.from({ length }, (_, index) => ({ ...METER, title: `${from + index}` }))
      const counts = { ok: total - 1, 'no-data': 1 }
      return { meters, hasMore: from + length < total, counts, degraded: [{ message: 'late' }] }
    }
    const invoke = async (name: string, input: { page?: number }) => {
      expect(name).toBe('quotaBoard')
      asked.push(input)
      return { ok: true, data: answer(input.page ?? 0), requestId: 'r' }
    }
    return { asked, invoke: invoke as unknown as Invoke }
  }

  it.each([
    ['one page that is all', 3, 1, 3, 0],
    ['as many pages as it takes', 100, 2, 40, 60],
    ['exactly as many as asked for', 40, 2, 40, 0],
    ['all there are', 39, 2, 39, 0],
    ['no page more than needed', 21, 2, 21, 0],
  ])('reads %s', async (_, total, pages, shown, more) => {
    const { asked, invoke } = board(total, 20)
    const read = await readBoard(invoke, 40)
    expect(asked).toEqual(Array.from({ length: pages }, (_, page) => ({ action: 'board', page })))
    expect(read.meters.map(({ title }) => title)).toEqual(Array.from({ length: shown }, (_, index) => `${index}`))
    expect(read).toMatchObject({ more, problems: ['late'] })
  })

  it('counts as more what a page had beyond what was asked for', async () => {
    const read = await readBoard(board(18, 20).invoke, 5)
    expect([read.meters.length, read.more]).toEqual([5, 13])
  })

  it('throws what is answered instead', async () => {
    const refuse = async () => ({ ok: false, error: { code: 'PERMISSION_DENIED', message: 'no' }, requestId: 'r' })
    await expect(readBoard(refuse as unknown as Invoke, 5)).rejects.toThrow('PERMISSION_DENIED: no')
  })
})

describe('meterTable', () => {
  it.each([
    ['zh', ['状态', '来源', '剩余', '单位'], ['正常', '微信物流', 'YTO · shop', '210', '张']],
    ['en', ['State', 'Provider', 'Left', 'Unit'], ['ok', 'WeChat logistics', 'YTO · shop', '210', 'waybills']],
  ] as const)('speaks %s', (language, head, row) => {
    const table = meterTable([METER], language)
    for (const word of [...head, ...row]) expect(table).toContain(word)
  })

  it('shows the standing where there is no level, and nothing for a missing value', () => {
    const [, row] = rows(meterTable([{ ...METER, standing: 'not-granted', level: null, value: null }], 'en'))
    expect(row).toEqual(['not granted', 'WeChat logistics', 'YTO · shop', '', '', '', 'waybills'])
  })

  it('puts usage under what is used', () => {
    const [, row] = rows(meterTable([{ ...METER, kind: 'usage', value: '1500', limit: '2000' }], 'en'))
    expect(row?.slice(3, 6)).toEqual(['', '1,500', '2,000'])
  })

  it.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['-1234567.50', '-1,234,567.50'],
    ['0.12345678', '0.12345678'],
    ['1234.56789', '1,234.56789'],
    ['12345678901234567890.10', '12,345,678,901,234,567,890.10'],
  ])('writes %s as %s', (value, written) => expect(left(value)).toBe(written))

  it('groups by three and loses no digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^-?\d{1,25}(\.\d{1,10})?$/), value => {
        expect(left(value).replaceAll(',', '')).toBe(value)
        expect(left(value)).toMatch(/^-?\d{1,3}(,\d{3})*(\.\d+)?$/)
      }),
    )
  })

  const left = (value: string) => rows(meterTable([{ ...METER, value }], 'en'))[1]?.[3] ?? ''

  /** The cells of the head and of each row, whatever their colours. */
  function rows(table: string): string[][] {
    const plain = table.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')
    const lines = plain.split('\n').filter(line => line.startsWith('│'))
    return lines.map(line => {
      return line
        .split('│')
        .slice(1, -1)
        .map(cell => cell.trim())
    })
  }
})

const RECORD: SweepRecord = {
  startedAt: Date.UTC(2026, 10, 21, 4),
  connections: [
    { id: 'env-waybill', outcome: 'complete', code: null },
    { id: 'env-memberBalance', outcome: 'continues', code: null },
  ],
  readings: 12,
  changed: 3,
  upstreamCalls: 4,
  databaseReads: 5,
  databaseWrites: 6,
  ms: 78,
}
const FAILED: SweepRecord = {
  ...RECORD,
  connections: [
    ...RECORD.connections,
    { id: 'env-codeAudit', outcome: 'failed', code: 'UPSTREAM_UNAVAILABLE' },
    { id: 'c1', outcome: 'failed', code: 'NOT_CONFIGURED' },
  ],
}
const IDLE: SweepRecord = { ...RECORD, connections: [], readings: 0, changed: 0, upstreamCalls: 0 }

describe('sweepLine', () => {
  it.each([
    ['zh', RECORD, '12:00:00  巡检：2 个连接，12 个额度，3 个有新读数；上游 4 次，数据库读 5 次、写 6 次，78 毫秒'],
    [
      'en',
      RECORD,
      '12:00:00  sweep: connections 2, meters 12, new readings 3; upstream calls 4, database reads 5, writes 6; 78 ms',
    ],
    ['zh', IDLE, '12:00:00  巡检：尚无到期的连接；上游 0 次，数据库读 5 次、写 6 次，78 毫秒'],
    ['en', IDLE, '12:00:00  sweep: no connection was due yet; upstream calls 0, database reads 5, writes 6; 78 ms'],
  ] as const)('says in %s what was done', (language, record, line) => {
    expect(sweepLine(record, language)).toBe(line)
  })

  it('names the connections that failed, and why', () => {
    const names = 'env-codeAudit UPSTREAM_UNAVAILABLE, c1 NOT_CONFIGURED'
    expect(sweepLine(FAILED, 'zh')).toMatch(new RegExp(`78 毫秒；失败：${names}$`))
    expect(sweepLine(FAILED, 'en')).toMatch(new RegExp(`78 ms; failed: ${names}$`))
  })
})

describe('a sweep has failed', () => {
  const INVOCATION = { requestId: 'r', coldStart: false, ms: 1 }
  const answered = (result: unknown): Outcome => ({ ok: true, result, ...INVOCATION })
  const error = { code: 'UPSTREAM_UNAVAILABLE', message: 'The database does not answer.' }

  it.each<[string, Outcome, boolean]>([
    ['when its invocation did', { ok: false, code: 'FUNCTION_EXITED', message: 'gone', ...INVOCATION }, true],
    ['when it answered an error', answered({ ok: false, error, requestId: 'r' }), true],
    ['when a connection did', answered({ ok: true, data: FAILED, requestId: 'r' }), true],
    ['but not when one goes on later', answered({ ok: true, data: RECORD, requestId: 'r' }), false],
    ['but not when nothing was due', answered({ ok: true, data: IDLE, requestId: 'r' }), false],
  ])('%s', (_, outcome, failed) => expect(hasFailed(sweepAnswer(outcome))).toBe(failed))

  it('with the code and the message of whoever refused', () => {
    const failure = { ok: false, code: 'FUNCTION_TIMEOUT', message: 'too slow', ...INVOCATION } as const
    expect(sweepAnswer(failure)).toMatchObject({ error: { code: 'FUNCTION_TIMEOUT', message: 'too slow' } })
    expect(sweepAnswer(answered({ ok: false, error, requestId: 'r' }))).toMatchObject({ error })
  })
})

describe('nextSweep', () => {
  /** The instant after which the timer is asked for its next beat. */
  async function asked(connections: Record<string, unknown>[] | undefined) {
    const database = openDatabase({ now: () => 0 })
    if (connections) {
      database.addCollection('yl_connections')
      if (connections.length > 0) database.insert({ collection: 'yl_connections', documents: connections })
    }
    const beats: [string, number | undefined][] = []
    const timers = {
      next(name: string, after?: number) {
        beats.push([name, after])
        return new Date(0)
      },
    }
    nextSweep({ timers, gateway: { database } }, 'watchQuotas')
    await database.close()
    return beats
  }

  it('is when the first enabled connection is due', async () => {
    const connections = [
      { _id: 'a', enabled: true, dueAt: 3000 },
      { _id: 'b', enabled: true, dueAt: 2000 },
      { _id: 'c', enabled: false, dueAt: 0 },
    ]
    expect(await asked(connections)).toEqual([['watchQuotas', 2000]])
  })

  it.each([[undefined], [[]], [[{ _id: 'c', enabled: false, dueAt: 9000 }]]])(
    'is the next beat without such a connection: %j',
    async connections => expect(await asked(connections)).toEqual([['watchQuotas', undefined]]),
  )
})
