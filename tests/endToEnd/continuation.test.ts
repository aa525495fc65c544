import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bed, makeBed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'

interface Part {
  members?: { memberUin: string }[]
  details?: { flowId: string; costTime: number; useCount: number; quotaType: string }[]
  summary?: { quotaType: string; charged: number; returned: number; net: number; records: number }[]
  totalCount?: number
  total?: number
  partial?: true
  next?: string
}

let bed: Bed

beforeAll(async () => {
  bed = await makeBed({
    scale: { members: 700, usageRecordsPerMonth: 1500 },
    upstreamLimits: { tencentPerSecond: 100 },
    // At 15 a second 3 seconds are not enough for any of these; a quicker pace keeps the test short.
    environment: { TENCENT_REQUESTS_PER_SECOND: '60' },
    limits: { timeoutMs: 1000 },
  })
})

afterAll(() => bed.close())

/** Every part of an answer, each from an invocation of its own. */
async function partsOf(input: object): Promise<Part[]> {
  const parts: Part[] = []
  for (let next: string | undefined, first = true; first || next; first = false) {
    const event = { ...input, ...(next && { cursor: next }) }
    const outcome = await bed.cloud.runtime.invoke('tencentBilling', event, { kind: 'client', openid: LOCAL_ADMIN })
    expect(outcome).toMatchObject({ ok: true, result: { ok: true } })
    const part = (outcome as { result: { data: Part } }).result.data
    parts.push(part)
    next = part.next
    expect(part.partial).toBe(next === undefined ? undefined : true)
  }
  return parts
}

describe('what does not fit the time-out goes on in the next invocation', () => {
  it('with every member exactly once', async () => {
    const parts = await partsOf({ action: 'memberBalances', all: true })

    expect(parts.length).toBeGreaterThan(1)
    const uins = parts.flatMap(part => part.members ?? []).map(member => member.memberUin)
    expect(uins).toHaveLength(700)
    expect(new Set(uins).size).toBe(700)
  })

  it('with every record of three months exactly once, and a summary that agrees', async () => {
    const range = { action: 'usageDetail', startTime: '20260715', endTime: '20260920' }
    const lists = await partsOf({ ...range, all: true })
    const sums = await partsOf({ ...range, summarize: true })

    expect(lists.length).toBeGreaterThan(1)
    expect(sums.length).toBeGreaterThan(1)
    const records = lists.flatMap(part => part.details ?? [])
    expect(records).toHaveLength(lists.at(-1)?.total ?? -1)
    expect(new Set(records.map(record => JSON.stringify(record))).size).toBe(records.length)
    const summary = sums.at(-1)?.summary ?? []
    expect(summary.reduce((sum, each) => sum + each.records, 0)).toBe(records.length)
    for (const { quotaType, charged, returned, net } of summary) {
      const counts = records.filter(record => record.quotaType === quotaType).map(record => record.useCount)
      expect(net).toBe(counts.reduce((sum, count) => sum + count, 0))
      expect(charged - returned).toBe(net)
    }
  })
})
