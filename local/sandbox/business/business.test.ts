import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { auditQuota } from './audits'
import { DAY, dayOf, HOUR, isWeekend, monthStart, parseDay, startOf } from './calendar'
import { partnerCredit } from './credit'
import { memberBalance, memberIndex } from './members'
import { consumed } from './rhythm'
import { usagePage } from './usage'
import { syncedAt, waybillAccount, waybillsLeft } from './waybills'

const MINUTES = 10 * 60_000
const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) })
const place = fc.nat(200)
const NOVEMBER = { first: dayOf(Date.UTC(2026, 10, 1)), last: dayOf(Date.UTC(2026, 10, 30)) }
const DECEMBER = Date.UTC(2026, 11, 1)

/** What is read every ten minutes for so many days. */
function series<T>(days: number, read: (instant: number) => T): T[] {
  const begin = Date.UTC(2026, 8, 1)
  return Array.from({ length: days * 144 }, (_, step) => read(begin + step * MINUTES))
}

describe('the calendar', () => {
  it('begins days, weeks and months in Shanghai', () => {
    const day = parseDay('20261031') ?? 0
    expect(startOf(day)).toBe(Date.UTC(2026, 9, 30, 16))
    expect(dayOf(Date.UTC(2026, 9, 30, 15, 59, 59, 999))).toBe(day - 1)
    expect(isWeekend(day)).toBe(true)
    expect(isWeekend(day - 1)).toBe(false)
    expect(monthStart(day, 1)).toBe(day + 1)
    expect(monthStart(parseDay('20270115') ?? 0, -1)).toBe(parseDay('20261201'))
  })

  it('knows real days only', () => {
    expect(parseDay('20240229')).toBe(Date.UTC(2024, 1, 29) / DAY)
    for (const text of ['20230229', '20261301', '20260100', '2026111', '2026-1-1', '00000000']) {
      expect(parseDay(text)).toBeUndefined()
    }
  })
})

describe('consumption', () => {
  it('never falls, comes to the same every week, and moves little in ten minutes', () => {
    fc.assert(
      fc.property(instant, fc.string(), (at, seed) => {
        const before = consumed(seed, 700, at)
        const step = consumed(seed, 700, at + MINUTES) - before
        expect(step).toBeGreaterThanOrEqual(-1e-6)
        expect(step).toBeLessThan(5)
        const monday = startOf(dayOf(at) - ((dayOf(at) + 3) % 7))
        expect(consumed(seed, 700, monday + 7 * DAY) - consumed(seed, 700, monday)).toBeCloseTo(700, 6)
      }),
    )
  })

  it('takes more on weekdays than on weekends', () => {
    const perDay = (day: number) => consumed('shop', 700, startOf(day + 1)) - consumed('shop', 700, startOf(day))
    for (let week = 0; week < 20; week++) {
      const monday = (parseDay('20260907') ?? 0) + 7 * week
      const weekdays = [0, 1, 2, 3, 4].map(offset => perDay(monday + offset))
      const weekend = [5, 6].map(offset => perDay(monday + offset))
      expect(Math.max(...weekend)).toBeLessThan(Math.min(...weekdays))
    }
  })
})

describe('waybills', () => {
  it('are whole numbers, never negative, the same when asked again', () => {
    fc.assert(
      fc.property(instant, place, (at, index) => {
        const account = waybillAccount(index)
        const left = waybillsLeft(account, at)
        expect(waybillsLeft(waybillAccount(index), at)).toBe(left)
        if (left === undefined) return expect(account.quota).toBe('none')
        expect(Number.isSafeInteger(left)).toBe(true)
        expect(left).toBeGreaterThanOrEqual(0)
        const synced = syncedAt(account, at)
        expect(synced).toBeLessThanOrEqual(at)
        expect(at - synced).toBeLessThan(account.syncedEvery)
      }),
    )
  })

  it('fall by small steps and rise by whole top-ups', () => {
    for (const index of [0, 1, 2, 7, 12]) {
      const { quota } = waybillAccount(index)
      if (quota === 'exhausted' || quota === 'none') throw new Error('not a depleting account')
      const left = series(40, at => waybillsLeft(waybillAccount(index), at) ?? -1)
      const steps = left.slice(1).map((value, step) => value - (left[step] ?? value))
      const topUps = steps.filter(step => step > 0)
      const largest = Math.max(...steps.map(step => (step > 0 ? quota.topUp - step : -step)))
      expect(topUps.length).toBeGreaterThan(0)
      expect(largest).toBeLessThan(quota.perWeek / 50)
    }
  })

  it('have one account always about to run out, one exhausted, one without a quota', () => {
    const low = series(30, at => waybillsLeft(waybillAccount(2), at) ?? -1)
    expect(Math.max(...low)).toBeLessThanOrEqual(100)
    expect(new Set(series(30, at => waybillsLeft(waybillAccount(3), at)))).toEqual(new Set([0]))
    expect(new Set(series(30, at => waybillsLeft(waybillAccount(4), at)))).toEqual(new Set([undefined]))
  })
})

describe('code audits', () => {
  it('are between nothing and the limit', () => {
    fc.assert(
      fc.property(instant, at => {
        const { rest, limit, speedupRest, speedupLimit } = auditQuota(at)
        expect(rest).toBeGreaterThanOrEqual(0)
        expect(rest).toBeLessThanOrEqual(limit)
        expect(speedupRest).toBeGreaterThanOrEqual(0)
        expect(speedupRest).toBeLessThanOrEqual(speedupLimit)
      }),
    )
  })

  it('are used on weekdays only, and given back at midnight of the 1st in Shanghai', () => {
    const began = startOf(parseDay('20261101') ?? 0)
    expect(auditQuota(began - 1).rest).toBeLessThan(50)
    expect(auditQuota(began)).toEqual({ rest: 80, limit: 80, speedupRest: 3, speedupLimit: 3 })
    for (let day = dayOf(began); day < dayOf(began) + 30; day++) {
      const used = auditQuota(startOf(day)).rest - auditQuota(startOf(day + 1) - 1).rest
      if (isWeekend(day)) expect(used).toBe(0)
      else expect(used).toBeGreaterThan(0)
    }
  })
})

describe('member balances', () => {
  it('are whole cents, depleting, topped up; one in arrears, one on credit', () => {
    fc.assert(
      fc.property(instant, place, (at, index) => {
        const { uin, cash, owed, credit } = memberBalance(index, at)
        expect(uin).toMatch(/^\d{12}$/)
        expect(memberIndex(uin, 201)).toBe(index)
        for (const cents of [cash, owed]) expect(Number.isSafeInteger(cents) && cents >= 0).toBe(true)
        expect(owed > 0).toBe(index % 11 === 1)
        if (index === 2) expect(credit).toEqual({ basic: 5_000_000, temporary: 500_000 })
      }),
    )
    const cash = series(90, at => memberBalance(0, at).cash)
    expect(cash.slice(1).filter((value, step) => value > (cash[step] ?? value)).length).toBeGreaterThan(1)
  })
})

describe('partner credit', () => {
  it('keeps the documented identity exactly, in whole cents', () => {
    fc.assert(
      fc.property(instant, at => {
        const { quota, used, due, unbilled, amount, coupon } = partnerCredit(at)
        expect(used).toBe(due + unbilled - amount - coupon)
        for (const cents of [due, unbilled, amount, coupon]) {
          expect(Number.isSafeInteger(cents) && cents >= 0).toBe(true)
        }
        expect(used).toBeLessThan(quota)
      }),
    )
  })

  it('does not jump when a month is billed, and falls when the bill is paid', () => {
    const billed = startOf(parseDay('20261201') ?? 0)
    expect(Math.abs(partnerCredit(billed).used - partnerCredit(billed - 1).used)).toBeLessThan(100)
    expect(partnerCredit(billed)).toMatchObject({ unbilled: 0 })
    const paid = startOf(parseDay('20261115') ?? 0) + 10 * HOUR
    expect(partnerCredit(paid - 1).due).toBeGreaterThan(400_000)
    expect(partnerCredit(paid).due).toBe(0)
  })
})

describe('e-sign usage', () => {
  const filter = fc.record(
    { quotaType: fc.constantFrom('SignFlow', 'SignSMS', 'CloudProve'), organization: fc.constantFrom('sandbox_org_2') },
    { requiredKeys: [] },
  )

  it('has exactly the month that the scale asks for, up to a million', () => {
    for (const recordsPerMonth of [0, 1, 180, 999_999, 1_000_000]) {
      const query = { ...NOVEMBER, filter: {}, recordsPerMonth, now: DECEMBER }
      expect(usagePage(query, 0, 0).total).toBe(recordsPerMonth)
    }
    const query = { ...NOVEMBER, filter: {}, recordsPerMonth: 1_000_000, now: DECEMBER }
    expect(usagePage(query, 999_990, 50).records).toHaveLength(10)
  })

  it('gives the same records on any page size, filtered, in order of time, inside the days, never from the future', () => {
    fc.assert(
      fc.property(filter, fc.integer({ min: 1, max: 50 }), fc.nat(29), fc.nat(40 * 24), (kept, size, from, hours) => {
        const now = startOf(NOVEMBER.first) + hours * HOUR
        const first = NOVEMBER.first + from
        const query = { first, last: NOVEMBER.last, filter: {}, recordsPerMonth: 180, now }
        const { records: all } = usagePage(query, 0, 1_000)
        const wanted = all.filter(
          ({ quotaType, organization }) =>
            (kept.quotaType ?? quotaType) === quotaType &&
            (kept.organization ?? organization.openId) === organization.openId,
        )
        const paged = []
        let page = usagePage({ ...query, filter: kept }, 0, size)
        expect(page.total).toBe(wanted.length)
        for (let begin = size; paged.push(...page.records) < page.total; begin += size) {
          page = usagePage({ ...query, filter: kept }, begin, size)
        }
        expect(paged).toEqual(wanted)
        const times = all.map(({ costTime }) => costTime * 1_000)
        expect(times).toEqual([...times].sort((a, b) => a - b))
        for (const at of times) {
          expect(dayOf(at)).toBeGreaterThanOrEqual(first)
          expect(at).toBeLessThanOrEqual(now)
        }
      }),
    )
  })

  it('gives back about three percent, each time what the charge before took', () => {
    const { records } = usagePage({ ...NOVEMBER, filter: {}, recordsPerMonth: 3_200, now: DECEMBER }, 0, 3_200)
    const returns = records.filter(({ kind }) => kind === 'return')
    expect(returns.length / records.length).toBeCloseTo(0.03, 2)
    for (const back of returns) {
      expect(back.count).toBeLessThan(0)
      const charge = records.find(({ kind, flowId }) => kind === 'charge' && flowId === back.flowId)
      if (!charge) continue
      expect(charge.count + back.count).toBe(0)
      expect({ ...back, kind: 'charge', count: charge.count, costTime: charge.costTime }).toEqual(charge)
    }
    expect(new Set(records.map(({ quotaType }) => quotaType)).size).toBeGreaterThan(4)
    for (const { organization, flowName } of records) expect(organization.name + flowName).toMatch(/示例.*示例/)
  })
})
