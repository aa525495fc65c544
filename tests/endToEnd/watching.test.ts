import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { LOCAL_ADMIN } from '../../local/cloud'
import type { Caller } from '../../local/runtime'
import type { QuotaBoard } from '../../shared/board/types'
import { dayAt } from '../../shared/meter/day'
import { makeSweepWorld, type SweepWorld } from '../support/sweepWorld'

const ADMIN: Caller = { kind: 'client', openid: LOCAL_ADMIN }
const VIEWER: Caller = { kind: 'client', openid: 'oViewer' }
const CANARY = 'CANARY-0123456789-not-a-real-key'

type Action = keyof QuotaBoard
type Answer<Name extends Action> =
  | { ok: true; data: QuotaBoard[Name]['output'] }
  | { ok: false; error: { code: string; message: string } }

let world: SweepWorld
const log: string[] = []

beforeAll(async () => {
  world = await makeSweepWorld({
    environment: { YULIANG_LANGUAGE: 'en' },
    onLog: ({ line }) => log.push(line),
  })
}, 30_000)

afterAll(() => world.close())

async function ask<Name extends Action>(
  action: Name,
  input: QuotaBoard[Name]['input'],
  caller: Caller = ADMIN,
): Promise<Answer<Name>> {
  const outcome = await world.cloud.runtime.invoke('quotaBoard', { action, ...input }, caller)
  if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`)
  return outcome.result as Answer<Name>
}

async function dataOf<Name extends Action>(...question: Parameters<typeof ask<Name>>) {
  const answer = await ask(...question)
  if (!answer.ok) throw new Error(`${answer.error.code} ${answer.error.message}`)
  return answer.data
}

const pointsOf = (day: Record<string, unknown>) => day['points'] as unknown[]

describe('watching, through the built functions', () => {
  it('is nothing to see before the first beat of the timer', async () => {
    expect(await dataOf('board', {})).toMatchObject({ meters: [], counts: {}, lastSweepAt: null })
  })

  it('two beats at the same time read every meter once, and record it once', async () => {
    const [first, second] = await Promise.all([world.beat(), world.beat()])

    expect([first, second]).toMatchObject([{ ok: true }, { ok: true }])
    expect(world.cloud.sandbox.counts.get('DescribeOrgMemberAccountBalance')).toBe(3)
    expect(world.documents('yl_meters')).toHaveLength(31)
    expect(world.documents('yl_readings').map(day => pointsOf(day).length)).toEqual(Array(28).fill(1))
  })

  it('fills the board, the most urgent first, with counts that add up', async () => {
    const { meters, counts, total, lastSweepAt, degraded } = await dataOf('board', {})

    expect(meters).toHaveLength(31)
    expect(meters[0]).toMatchObject({ level: 'exhausted', standing: 'current' })
    expect(meters.at(-1)).toMatchObject({ level: null, standing: 'not-applicable' })
    expect({ total, counted: Object.values(counts).reduce((sum, count) => sum + count, 0) }).toEqual({
      total: 31,
      counted: 31,
    })
    expect({ degraded, isRecent: Date.now() - Number(lastSweepAt) < 60_000 }).toEqual({ degraded: [], isRecent: true })
  })

  it('gives a meter its history, to see and to export', async () => {
    const [meter] = (await dataOf('board', { text: '示例旗舰店' })).meters
    const today = dayAt(Date.now())
    const range = { meter: meter?.id ?? '', from: '20250101', to: today }

    const history = await dataOf('history', range)
    expect(history.days).toEqual([expect.objectContaining({ day: today, close: meter?.value })])
    expect(history.points).toEqual([[expect.any(Number), meter?.value]])
    const { csv, rows } = await dataOf('export', { ...range, rows: 'points' })
    expect({ rows, hasValue: csv.includes(String(meter?.value)), bom: csv.startsWith('\uFEFF') }).toEqual({
      rows: 1,
      hasValue: true,
      bom: true,
    })
  })

  it('reads one meter at once when asked, and not again within 30 s', async () => {
    const [meter] = (await dataOf('board', { text: '900000000003' })).meters
    const before = world.cloud.sandbox.counts.get('DescribeOrgMemberAccountBalance') ?? 0

    const question = { meter: meter?.id ?? '' }
    const answers = await Promise.all([dataOf('refresh', question), dataOf('refresh', question)])

    expect(answers.map(({ refreshed }) => refreshed).sort()).toEqual([false, true])
    expect(world.cloud.sandbox.counts.get('DescribeOrgMemberAccountBalance')).toBe(before + 1)
  })

  it('lets one connection fail alone, says so, and recovers', async () => {
    world.makeDue()
    world.cloud.faults.add('DescribeOrgMemberAccountBalance', { kind: 'status', status: 503 })
    await world.beat()
    world.cloud.faults.clear()

    const failing = await dataOf('board', { provider: 'memberBalance' })
    expect(failing.meters.map(({ standing, value }) => ({ standing, isKept: value !== null }))).toEqual(
      Array(24).fill({ standing: 'failing', isKept: true }),
    )
    expect(failing.degraded).toMatchObject([{ code: 'connection-failed' }])
    expect((await dataOf('board', { provider: 'waybill' })).counts).toMatchObject({ exhausted: 1, ok: 3 })
    const [run] = (await dataOf('runs', {})).runs
    expect(run).toMatchObject({
      failed: 1,
      degraded: expect.arrayContaining([expect.objectContaining({ code: 'connection-failed' })]),
    })

    world.makeDue()
    await world.beat()
    expect(await dataOf('board', { standing: 'failing' })).toMatchObject({ meters: [], degraded: [], total: 0 })
  })

  it('keeps a connection’s credentials sealed, and out of every document, answer and log line', async () => {
    const secrets = { TENCENT_SECRET_ID: `${CANARY}-id`, TENCENT_SECRET_KEY: `${CANARY}-key` }
    const saved = await dataOf('saveConnection', { provider: 'memberBalance', name: 'theirs', secrets })
    const { id } = saved.connection
    const tested = await dataOf('testConnection', { id })
    await world.beat()
    const listed = await dataOf('connections', {})

    expect(tested).toMatchObject({ ok: false, error: { code: 'UPSTREAM_REJECTED' } })
    expect(listed.connections.find(one => one.id === id)).toMatchObject({
      source: 'own',
      failures: 1,
      secrets: ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'],
    })
    const seen = JSON.stringify([saved, tested, listed, Object.values(world.save()), log])
    expect(log.length).toBeGreaterThan(0)
    expect(seen.includes(CANARY)).toBe(false)
    expect(await dataOf('removeConnection', { id })).toMatchObject({ returns: false })
  })

  it('lets a viewer look and an administrator change, once that one says who is who', async () => {
    expect(await ask('board', {}, VIEWER)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
    await dataOf('saveMember', { openid: 'oViewer', role: 'viewer' })

    expect(await ask('board', {}, VIEWER)).toMatchObject({ ok: true })
    expect(await ask('connections', {}, VIEWER)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
    expect(await ask('removeMyData', {}, VIEWER)).toMatchObject({ ok: true, data: { removed: true } })
    expect(await ask('board', {}, VIEWER)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
  })
})

it('goes on by itself in further invocations of three seconds until every meter is read', async () => {
  let done: () => void = () => undefined
  const everything = new Promise<void>(resolve => {
    done = resolve
  })
  const slow = await makeSweepWorld({
    scale: { members: 600, waybillAccounts: 7 },
    limits: { timeoutMs: 3000 },
    environment: { TENCENT_REQUESTS_PER_SECOND: '15' },
  })
  try {
    slow.cloud.gateway.database.addCollection('yl_connections')
    slow.onExchange = ({ phase, api }) => {
      const [members] = slow.documents('yl_connections').filter(({ _id }) => _id === 'env-memberBalance')
      if (phase === 'after' && api.startsWith('database.') && members?.['completeAt']) done()
    }
    await slow.beat()
    await everything
    expect(slow.cloud.gateway.database.count({ collection: 'yl_meters', query: { provider: 'memberBalance' } })).toBe(
      600,
    )
    expect(slow.cloud.sandbox.counts.get('DescribeOrgMemberAccountBalance')).toBe(60)
  } finally {
    await slow.close()
  }
}, 30_000)
