import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { failureOf } from '../../../tests/support/failure'
import { environmentFrom } from '../../call'
import { eachDay, startOfDay } from '../../meter/day'
import {
  answer,
  callWith,
  type FakeTencent,
  hastyClock,
  refuse,
  SECRETS,
  startFakeTencent,
  type TestCall,
} from '../../upstream/tencent/testing'
import { QUOTA_TYPES } from '../esign/record'
import { esignUsage } from './esignUsage'
import type { ToldStep } from './testing'
import { readingsOf, stepsOf } from './testing'

interface Charge {
  day: string
  kind: string
  count: number
}

/** What the fake application was charged, and given back where the count is negative. */
let charges: Charge[]
let upstream: FakeTencent
let onRequest: () => void
const calls: TestCall[] = []

const NOON_MS = 12 * 3_600_000
const DECEMBER = startOfDay('20261201')

beforeEach(async () => {
  charges = []
  onRequest = () => {}
  upstream = await startFakeTencent(({ parameters }) => {
    const { StartTime, EndTime, QuotaType, Offset, Limit } = parameters as Record<string, string> & {
      Offset: number
      Limit: number
    }
    if (!StartTime || !EndTime || StartTime.slice(0, 6) !== EndTime.slice(0, 6) || StartTime > EndTime) {
      return refuse('InvalidParameterValue.InvalidTime')
    }
    if (QuotaType && !(QUOTA_TYPES as readonly string[]).includes(QuotaType)) {
      return refuse('InvalidParameterValue.InvalidQuotaType')
    }
    const found = charges.filter(
      ({ day, kind }) => day >= StartTime && day <= EndTime && (!QuotaType || kind === QuotaType),
    )
    const Details = found.slice(Offset * Limit, (Offset + 1) * Limit).map(({ kind, count }) => {
      return { QuotaType: kind, CostType: count < 0 ? 2 : 1, UseCount: count }
    })
    const reply = answer({ Total: found.length, Details })
    onRequest()
    return reply
  })
})

afterEach(async () => {
  for (const call of calls.splice(0)) call.deadline.release()
  await upstream.close()
})

function callAt(now: number, application = 'app'): TestCall {
  const variables = {
    TENCENT_ESS_URL: upstream.url,
    TENCENT_REQUESTS_PER_SECOND: '10000',
    TENCENT_ESS_APP_ID: application,
  }
  const call = callWith(variables, { ...hastyClock, now: () => now })
  calls.push(call)
  return call
}

const noonOf = (day: string) => startOfDay(day) + NOON_MS

/** One whole round. */
async function roundAt(now: number, memory?: unknown, from?: unknown) {
  upstream.requests.length = 0
  const steps = await stepsOf(esignUsage, { memory, from }, callAt(now))
  const last = steps.at(-1)
  return { steps, readings: readingsOf(steps), values: valuesOf(steps), memory: last?.memory ?? memory, asked: asked() }
}

const asked = () =>
  upstream.requests.map(
    ({ parameters }) => `${parameters['StartTime']}-${parameters['EndTime']}/${parameters['Offset']}`,
  )

function valuesOf(steps: readonly ToldStep[]) {
  return Object.fromEntries(readingsOf(steps).map(({ key, value }) => [key, value]))
}

/** What was used in the month up to the day. */
function usedUntil(day: string) {
  const used: Record<string, number> = {}
  for (const charge of charges) {
    if (charge.day.slice(0, 6) !== day.slice(0, 6) || charge.day > day) continue
    used[charge.kind] = (used[charge.kind] ?? 0) + charge.count
  }
  return Object.fromEntries(Object.entries(used).map(([kind, count]) => [kind, String(count)]))
}

const many = (count: number, day: string, kind = 'SignSMS'): Charge[] =>
  Array.from({ length: count }, (_, index) => ({ day, kind, count: index % 7 === 3 ? -1 : 2 }))

describe('esignUsage', () => {
  it('is what each kind was used this month, net of returns', async () => {
    charges = [
      { day: '20261031', kind: 'SignSMS', count: 99 },
      { day: '20261101', kind: 'SignSMS', count: 5 },
      { day: '20261112', kind: 'SignSMS', count: -2 },
      { day: '20261121', kind: 'SignSMS', count: 1 },
      { day: '20261121', kind: 'NoAuthSign', count: 3 },
    ]
    const rest = { kind: 'usage', unit: 'uses', limit: null, standing: 'current', period: '202611', resetsAt: DECEMBER }
    const { steps, readings } = await roundAt(noonOf('20261121'))
    expect(readings).toEqual([
      { key: 'SignSMS', title: { zh: '签署意愿（短信）', en: 'Consent by SMS' }, value: '4', returned: '2', ...rest },
      { key: 'NoAuthSign', title: { zh: 'NoAuthSign', en: 'NoAuthSign' }, value: '3', returned: '0', ...rest },
    ])
    expect(steps.slice(0, -1).every(step => step.readings.length === 0 && step.next !== undefined)).toBe(true)
    expect(steps.at(-1)).not.toHaveProperty('next')
  })

  it('has a name for every documented kind', async () => {
    charges = QUOTA_TYPES.map(kind => ({ day: '20261121', kind, count: 1 }))
    const { readings } = await roundAt(noonOf('20261121'))
    expect(readings).toHaveLength(QUOTA_TYPES.length)
    for (const { key, title } of readings) expect([title.zh, title.en]).not.toContain(key)
    expect(new Set(readings.map(({ title }) => title.zh)).size).toBe(QUOTA_TYPES.length)
  })

  it('is without meters where nothing was ever used', async () => {
    expect((await roundAt(noonOf('20261121'))).readings).toEqual([])
  })

  it('is configured with a key and an application', () => {
    const all = { ...SECRETS, TENCENT_ESS_APP_ID: 'app' }
    expect(esignUsage.isConfigured(environmentFrom(all))).toBe(true)
    for (const name of Object.keys(all)) {
      expect(esignUsage.isConfigured(environmentFrom({ ...all, [name]: undefined }))).toBe(false)
    }
  })

  it('throws what stops it', async () => {
    charges = [{ day: '20261121', kind: 'no name', count: 1 }]
    expect((await failureOf(roundAt(noonOf('20261121')))).code).toBe('UPSTREAM_CHANGED')
  })
})

describe('the memory', () => {
  it('settles all days but today and yesterday: they are read once', async () => {
    charges = [...many(60, '20261105'), ...many(3, '20261120'), ...many(2, '20261121')]
    const first = await roundAt(noonOf('20261121'))
    expect(first.asked).toEqual(['20261101-20261119/0', '20261101-20261119/1', '20261120-20261121/0'])

    charges.push(...many(1, '20261121', 'SignFace'))
    const second = await roundAt(noonOf('20261121'), first.memory)
    expect(second.asked).toEqual(['20261120-20261121/0'])
    expect(second.values).toEqual(usedUntil('20261121'))

    const third = await roundAt(noonOf('20261122'), second.memory)
    expect(third.asked).toEqual(['20261120-20261120/0', '20261121-20261122/0'])
    expect(third.values).toEqual(usedUntil('20261122'))

    const later = await roundAt(noonOf('20261130'), third.memory)
    expect(later.asked).toEqual(['20261121-20261128/0', '20261129-20261130/0'])
    expect(later.values).toEqual(usedUntil('20261130'))
  })

  it('begins anew with the month, whose kinds of before are at 0', async () => {
    charges = [...many(3, '20261105'), ...many(3, '20261130', 'SignFace')]
    const november = await roundAt(DECEMBER - 1)
    expect(november.asked).toEqual(['20261101-20261128/0', '20261129-20261130/0'])

    charges.push(...many(1, '20261201', 'SignFlow'))
    const first = await roundAt(DECEMBER, november.memory)
    expect(first.asked).toEqual(['20261201-20261201/0'])
    expect(first.values).toEqual({ SignFlow: '2', SignSMS: '0', SignFace: '0' })
    expect(first.readings.map(({ period, returned }) => [period, returned])).toEqual(
      Array.from({ length: 3 }, () => ['202612', '0']),
    )
    expect(first.readings[0]?.resetsAt).toBe(startOfDay('20270101'))

    const second = await roundAt(noonOf('20261202'), first.memory)
    expect(second.asked).toEqual(['20261201-20261202/0'])
    const third = await roundAt(noonOf('20261203'), second.memory)
    expect(third.asked).toEqual(['20261201-20261201/0', '20261202-20261203/0'])
    expect(third.values).toEqual({ SignFlow: '2', SignSMS: '0', SignFace: '0' })
  })

  it('does not settle days that change while they are read', async () => {
    charges = many(120, '20261105')
    let requests = 0
    onRequest = () => {
      requests += 1
      if (requests === 1) charges.push(...many(1, '20261106'))
    }
    const first = await roundAt(noonOf('20261121'))
    expect(first.steps.at(-1)).not.toHaveProperty('memory')
    const second = await roundAt(noonOf('20261121'), first.memory)
    expect(second.asked[0]).toBe('20261101-20261119/0')
    expect(second.values).toEqual(usedUntil('20261121'))
  })

  it('settles them when only the open days change', async () => {
    charges = [...many(1, '20261105'), ...many(120, '20261121')]
    onRequest = () => charges.push(...many(1, '20261121'))
    const first = await roundAt(noonOf('20261121'))
    onRequest = () => {}
    const second = await roundAt(noonOf('20261121'), first.memory)
    expect(second.asked[0]).toBe('20261120-20261121/0')
    expect(second.values).toEqual(usedUntil('20261121'))
  })

  it('holds when the clock of another instance is a little behind', async () => {
    charges = [...many(3, '20261119'), ...many(3, '20261120')]
    const ahead = await roundAt(startOfDay('20261122'))
    const behind = await roundAt(startOfDay('20261122') - 1, ahead.memory)
    expect(behind.asked).toEqual(['20261121-20261121/0'])
    expect(behind.values).toEqual(usedUntil('20261121'))
    expect(behind.memory).toEqual(ahead.memory)
  })

  it('of another application or damaged counts for nothing', async () => {
    charges = many(3, '20261105')
    const { memory } = await roundAt(noonOf('20261121'))
    const own = memory as { from: string; sums: unknown[]; kinds: string[] }
    for (const damaged of [
      null,
      7,
      'x',
      [],
      {},
      { ...own, application: 'other' },
      { ...own, from: '20261131' },
      { ...own, from: '20261122' },
      { ...own, sums: [['SignSMS', 1]] },
      { ...own, kinds: ['<b>'] },
      { ...own, more: 1 },
    ]) {
      const { asked, values } = await roundAt(noonOf('20261121'), damaged)
      expect(asked[0]).toBe('20261101-20261119/0')
      expect(values).toEqual(usedUntil('20261121'))
    }
  })

  it('changes no reading: any charges, any days of reading', async () => {
    const days = eachDay('20261028', '20261204')
    const someCharges = fc.array(
      fc.record({
        day: fc.constantFrom(...days),
        kind: fc.constantFrom(...QUOTA_TYPES),
        count: fc.integer({ min: -3, max: 3 }),
      }),
      { maxLength: 80 },
    )
    await fc.assert(
      fc.asyncProperty(someCharges, fc.subarray(days, { minLength: 1 }), async (all, readOn) => {
        let memory: unknown
        for (const day of readOn) {
          charges = all.filter(charge => charge.day <= day)
          const round = await roundAt(noonOf(day), memory)
          const used = Object.entries(round.values).filter(([kind]) => usedUntil(day)[kind] !== undefined)
          expect(Object.fromEntries(used)).toEqual(usedUntil(day))
          expect(Object.values(round.values).filter(value => value === '0').length).toBeGreaterThanOrEqual(
            Object.keys(round.values).length - Object.keys(usedUntil(day)).length,
          )
          memory = round.memory
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('a place', () => {
  beforeEach(() => {
    charges = [...many(120, '20261105'), ...many(60, '20261129', 'SignFace'), ...many(51, '20261130')]
  })

  it('goes on from wherever it was', async () => {
    const whole = await roundAt(noonOf('20261130'))
    expect(whole.steps).toHaveLength(6)
    for (const most of [1, 2, 3, 4, 5]) {
      const before = await stepsOf(esignUsage, {}, callAt(noonOf('20261130')), most)
      const call = callAt(noonOf('20261130'))
      const after = await stepsOf(esignUsage, { from: before.at(-1)?.next }, call)
      expect([...before, ...after]).toEqual(whole.steps)
      expect(call.tally.upstreamCalls).toBe(6 - most)
    }
  })

  it('is where reading stopped when no more may be requested', async () => {
    const whole = await roundAt(noonOf('20261130'))
    upstream.requests.length = 0
    let steps: ToldStep[] = []
    let from: unknown
    do {
      const call = callAt(noonOf('20261130'))
      const mayRequest = (inFlight: number) => call.tally.upstreamCalls + inFlight < 2
      steps = await stepsOf(esignUsage, { from, mayRequest }, call)
      from = steps.at(-1)?.next
    } while (from !== undefined)
    expect(steps.at(-1)).toEqual(whole.steps.at(-1))
    expect(asked()).toEqual(whole.asked)
  })

  it('keeps the days of a round that was begun before midnight', async () => {
    const whole = await roundAt(DECEMBER - 1)
    charges.push(...many(5, '20261201', 'SignFlow'))
    for (const most of [1, 3, 5]) {
      const before = await stepsOf(esignUsage, {}, callAt(DECEMBER - 1), most)
      const after = await roundAt(DECEMBER, undefined, before.at(-1)?.next)
      expect(after.steps.at(-1)).toEqual(whole.steps.at(-1))
      expect(after.readings.every(({ period, resetsAt }) => period === '202611' && resetsAt === DECEMBER)).toBe(true)
    }
  })

  it('that is none of today’s or yesterday’s rounds, or damaged, starts over', async () => {
    const [step] = await stepsOf(esignUsage, {}, callAt(noonOf('20261128')), 1)
    const stale = step?.next as { open: object; place: object }
    const [fresh] = await stepsOf(esignUsage, {}, callAt(noonOf('20261130')), 1)
    const own = fresh?.next as typeof stale
    for (const from of [
      null,
      'x',
      7,
      [],
      stale,
      { ...own, application: 'other' },
      { ...own, settling: { start: '20261101', end: '20261130' } },
      { ...own, settling: { start: '20261001', end: '20261128' } },
      { ...own, open: { start: '20261130', end: '20261129' } },
      { ...own, open: { start: '20261129', end: '20261131' } },
      { ...own, place: { ...own.place, month: 2 } },
      { ...own, openSums: [['<b>', 1, 0, 1]] },
      { ...own, isUnsettled: 'no' },
      { ...own, more: 1 },
    ]) {
      const { asked, values } = await roundAt(noonOf('20261130'), undefined, from)
      expect(asked).toHaveLength(6)
      expect(values).toEqual(usedUntil('20261130'))
    }
  })

  it('has no step when nothing may be requested', async () => {
    expect(await stepsOf(esignUsage, { mayRequest: () => false }, callAt(DECEMBER))).toEqual([])
    expect(upstream.requests).toHaveLength(0)
  })
})

describe('readOne', () => {
  it('reads the days that are not settled, of its kind only', async () => {
    charges = [...many(60, '20261105'), ...many(3, '20261120'), ...many(70, '20261121', 'SignFace')]
    const { memory, readings } = await roundAt(noonOf('20261121'))
    upstream.requests.length = 0
    expect(await esignUsage.readOne('SignSMS', { memory }, callAt(noonOf('20261121')))).toEqual({
      ...readings[0],
      at: expect.any(Number),
    })
    expect(asked()).toEqual(['20261120-20261121/0'])
    expect(upstream.requests[0]?.parameters['QuotaType']).toBe('SignSMS')
  })

  it('reads the whole month by one range without a memory', async () => {
    charges = [...many(60, '20261105'), ...many(3, '20261120')]
    const { readings } = await roundAt(noonOf('20261121'))
    upstream.requests.length = 0
    expect(await esignUsage.readOne('SignSMS', {}, callAt(noonOf('20261121')))).toEqual({
      ...readings[0],
      at: expect.any(Number),
    })
    expect(asked()).toEqual(['20261101-20261121/0', '20261101-20261121/1'])
  })

  it('picks a kind out of all that cannot be asked for', async () => {
    charges = [...many(3, '20261120', 'NoAuthSign'), ...many(3, '20261120')]
    const { memory, readings } = await roundAt(noonOf('20261121'))
    expect(await esignUsage.readOne('NoAuthSign', { memory }, callAt(noonOf('20261121')))).toEqual({
      ...readings[0],
      at: expect.any(Number),
    })
  })

  it('is 0 for a kind known from before, NOT_FOUND for one that never was', async () => {
    charges = many(3, '20261105')
    const { memory } = await roundAt(noonOf('20261121'))
    const call = callAt(DECEMBER)
    expect(await esignUsage.readOne('SignSMS', { memory }, call)).toMatchObject({ value: '0', period: '202612' })
    expect((await failureOf(esignUsage.readOne('SignFace', { memory }, call))).code).toBe('NOT_FOUND')
    expect((await failureOf(esignUsage.readOne('<b>', { memory }, call))).code).toBe('NOT_FOUND')
  })
})
