import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, MINUTE, NOON } from '../../tests/support/board'
import { readRuns } from './runs'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

function runDocument(n: number, degraded: string[] = []): Record<string, unknown> {
  const figures = { readings: 3, changed: 1, failed: 0, upstreamCalls: 2, databaseReads: 4, databaseWrites: 5, ms: 60 }
  const connections = [{ id: 'c', outcome: 'complete', readings: 3, changed: 1, code: null }]
  const startedAt = NOON - n * 10 * MINUTE
  return { _id: `r${n}`, startedAt, endedAt: startedAt + 60, connections, ...figures, degraded }
}

describe('readRuns', () => {
  beforeEach(() => mockCloud.reset())

  it('lists runs newest first, 20 a page, by one query', async () => {
    mockCloud.store.create(
      'yl_runs',
      Array.from({ length: 41 }, (_, n) => runDocument((n * 7) % 41)),
    )
    const call = boardCall()
    const pages = [await readRuns({}, call), await readRuns({ page: 1 }, call), await readRuns({ page: 2 }, call)]
    expect(pages.map(({ runs, page, hasMore }) => [runs.length, page, hasMore])).toEqual([
      [20, 0, true],
      [20, 1, true],
      [1, 2, false],
    ])
    expect(pages.flatMap(({ runs }) => runs.map(({ id }) => id))).toEqual(Array.from({ length: 41 }, (_, n) => `r${n}`))
    expect(call.tally.databaseReads).toBe(3)
  })

  it.each(['connection-failed', 'interrupted', 'late', 'compaction-failed'])('explains %s', async code => {
    mockCloud.store.create('yl_runs', [runDocument(0, [code])])
    const english = await readRuns({}, boardCall())
    const chinese = await readRuns({}, boardCall({ language: 'zh' }))
    expect(english.runs[0]?.degraded).toEqual([{ code, message: expect.stringMatching(/^[\x20-\x7e]+$/) }])
    expect(chinese.runs[0]?.degraded).toEqual([{ code, message: expect.stringMatching(/[\u4e00-\u9fff]/) }])
  })

  it('is empty before the first run', async () => {
    expect(await readRuns({}, boardCall())).toEqual({ runs: [], page: 0, hasMore: false })
  })
})
