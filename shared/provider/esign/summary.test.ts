import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import * as v from 'valibot'
import { cursorFor, LONGEST_CURSOR } from '../../upstream/tencent'
import { QUOTA_TYPES, type UsageRecord } from './record'
import { addRecords, addSums, type Sums, summaryFrom, sumsSchema } from './summary'

function record(quotaType: string, costType: number, useCount: number): UsageRecord {
  return {
    costTime: 1695037514,
    costType,
    createOrganizationName: null,
    flowId: null,
    flowName: null,
    operatorName: null,
    quotaName: null,
    quotaType,
    remark: null,
    flowStatus: 'ALL',
    useCount,
  }
}

const records = fc
  .tuple(fc.constantFrom(...QUOTA_TYPES), fc.boolean(), fc.nat(1_000_000))
  .map(([kind, isReturn, count]) => record(kind, isReturn ? 2 : 1, isReturn ? 0 - count : count))

describe('a summary', () => {
  it('tells charges from returns, by name of the kind', () => {
    const sums = addRecords([], [record('SignSMS', 1, 3), record('OrgEssAuth', 1, 5), record('SignSMS', 2, -2)])
    expect(summaryFrom(sums)).toEqual([
      { quotaType: 'OrgEssAuth', charged: 5, returned: 0, net: 5, records: 1 },
      { quotaType: 'SignSMS', charged: 3, returned: 2, net: 1, records: 2 },
    ])
  })

  it('is the same however the records are split into pages', () => {
    fc.assert(
      fc.property(fc.array(fc.array(records, { maxLength: 50 })), pages => {
        const paged = pages.reduce<Sums>((sums, page) => addRecords(sums, page), [])
        expect(summaryFrom(paged)).toEqual(summaryFrom(addRecords([], pages.flat())))
        for (const { quotaType, charged, returned, net, records } of summaryFrom(paged)) {
          const own = pages.flat().filter(each => each.quotaType === quotaType)
          expect(net).toBe(own.reduce((sum, { useCount }) => sum + useCount, 0))
          expect(charged - returned).toBe(net)
          expect(records).toBe(own.length)
        }
        expect(v.parse(sumsSchema, JSON.parse(JSON.stringify(paged)))).toEqual(paged)
      }),
    )
  })

  it('of all days is that of the ones and that of the others together', () => {
    fc.assert(
      fc.property(fc.array(records), fc.array(records), (ones, others) => {
        const both = addSums(addRecords([], ones), addRecords([], others))
        expect(summaryFrom(both)).toEqual(summaryFrom(addRecords([], [...ones, ...others])))
      }),
    )
    const most: Sums = [['SignSMS', Number.MAX_SAFE_INTEGER, 0, 1]]
    expect(() => addSums(most, [['SignSMS', 1, 0, 1]])).toThrow(expect.objectContaining({ code: 'UPSTREAM_CHANGED' }))
  })

  it('leaves the sums before as they were', () => {
    const before: Sums = [['SignSMS', 1, 0, 1]]
    addRecords(before, [record('SignSMS', 1, 1)])
    expect(before).toEqual([['SignSMS', 1, 0, 1]])
  })

  it('takes a kind that is not documented', () => {
    expect(summaryFrom(addRecords([], [record('NoAuthSign', 1, 1)]))).toHaveLength(1)
  })

  it.each<[string, UsageRecord[]]>([
    ['another cost type', [record('SignSMS', 3, 1)]],
    ['a sum beyond 2^53', [record('SignSMS', 1, Number.MAX_SAFE_INTEGER), record('SignSMS', 1, 1)]],
    [
      'a net beyond 2^53',
      [record('SignSMS', 1, 2 ** 52), record('SignSMS', 2, 2 ** 52)].concat(record('SignSMS', 2, 2 ** 52)),
    ],
    ['a kind that is no name', [record('a b', 1, 1)]],
    ['kinds without end', Array.from({ length: 41 }, (_, index) => record(`Kind${index}`, 1, 1))],
  ])('refuses %s', (_name, unfit) => {
    expect(() => addRecords([], unfit)).toThrow(expect.objectContaining({ code: 'UPSTREAM_CHANGED' }))
  })

  it('fits a cursor at its largest', () => {
    const most = Number.MAX_SAFE_INTEGER
    const sums = Array.from({ length: 40 }, (_, index) => [`${index}`.padStart(64, 'K'), -most, -most, most])
    const place = { month: most, page: most, total: most, earlier: most, changed: false }
    expect(v.is(sumsSchema, sums)).toBe(true)
    expect(cursorFor(['q'], [place, sums]).length).toBeLessThanOrEqual(LONGEST_CURSOR)
  })

  it.each<[string, unknown]>([
    [
      'a kind twice',
      [
        ['A', 1, 0, 1],
        ['A', 1, 0, 1],
      ],
    ],
    ['a fraction', [['A', 1.5, 0, 1]]],
    ['an unsafe number', [['A', 2 ** 53, 0, 1]]],
    ['a negative count', [['A', 1, 0, -1]]],
    ['a row too short', [['A', 1, 0]]],
    ['a kind that is no name', [['<b>', 1, 0, 1]]],
  ])('is refused from a cursor with %s', (_name, sums) => {
    expect(v.is(sumsSchema, sums)).toBe(false)
  })
})
