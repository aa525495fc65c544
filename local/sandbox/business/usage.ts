import { type Day, dayOf, HOUR, isWeekend, monthStart, startOf } from './calendar'
import { chance, pick } from './chance'
import { PatternMatches, type PatternSlot, pattern, type UsageFilter } from './usagePattern'

/** One line of the simulated e-sign log. */
export interface UsageRecord extends PatternSlot {
  /** Unix seconds. */
  costTime: number
  flowId: string
  flowName: string
  operators: string
  /** Negative for what is given back. */
  count: number
}

export interface UsageQuery {
  first: Day
  last: Day
  filter: UsageFilter
  recordsPerMonth: number
  now: number
}

/** One day's part of an answer. */
interface Section {
  day: Day
  /** All that the day will have had by its end. */
  recordsToday: number
  /** Where in the pattern the day begins: another place each day, or all days would begin with the same contract. */
  begun: number
  matches: number
}

/** How many records match, and these of them, oldest first. Made up on the spot, so a million cost nothing. */
export function usagePage(query: UsageQuery, from: number, count: number): { total: number; records: UsageRecord[] } {
  const matching = new PatternMatches(query.filter)
  const records: UsageRecord[] = []
  let total = 0
  for (let day = query.first; day <= Math.min(query.last, dayOf(query.now)); day++) {
    const section = sectionOf(day, query, matching)
    const { begun, matches } = section
    const skipped = matching.upTo(begun)
    const end = Math.min(matches, from + count - total)
    for (let rank = Math.max(0, from - total); rank < end; rank++) {
      records.push(recordAt(section, matching.at(skipped + rank)))
    }
    total += matches
  }
  return { total, records }
}

function sectionOf(day: Day, query: UsageQuery, matching: PatternMatches): Section {
  const recordsToday = recordsOn(day, query.recordsPerMonth)
  const begun = Math.floor(chance('usage', day) * pattern.length)
  const end = begun + recordsWritten(day, recordsToday, query.now)
  return { day, recordsToday, begun, matches: matching.upTo(end) - matching.upTo(begun) }
}

function recordAt({ day, recordsToday, begun }: Section, position: number): UsageRecord {
  const slot = pattern[position % pattern.length] ?? pattern[0]
  const index = position - begun
  const returned = slot.kind === 'return'
  // What is given back is the charge just before it.
  const flow = day * 10_000_000 + index - (returned ? 1 : 0)
  const texts = slot.quotaType === 'SignSMS' || slot.quotaType === 'FlowNotify'
  const charged = texts ? 1 + Math.floor(3 * chance('count', flow)) : 1
  return {
    ...slot,
    costTime: Math.floor(timeOf(day, index, recordsToday) / 1_000),
    flowId: `sandboxFlow${String(flow).padStart(21, '0')}`,
    flowName: pick(['示例劳动合同', '示例采购合同', '示例租赁合同', '示例保密协议'], 'name', flow),
    operators: pick(['示例经办人甲', '示例经办人乙', '示例经办人甲;示例经办人乙'], 'operator', flow),
    count: returned ? -charged : charged,
  }
}

/** A month's records over its days: a weekend day has a quarter of a weekday. The month's sum is exact. */
function recordsOn(day: Day, perMonth: number): number {
  const first = monthStart(day)
  const next = monthStart(day, 1)
  let before = 0
  let whole = 0
  for (let each = first; each < next; each++) {
    const weight = isWeekend(each) ? 1 : 4
    whole += weight
    if (each < day) before += weight
  }
  const upTo = (weight: number) => Math.round((perMonth * weight) / whole)
  return upTo(before + (isWeekend(day) ? 1 : 4)) - upTo(before)
}

/** Between 8:00 and 21:00, in the order of the index. */
function timeOf(day: Day, index: number, recordsToday: number): number {
  return startOf(day) + 8 * HOUR + ((index + chance('time', day, index)) * 13 * HOUR) / recordsToday
}

/** How many of the day's records exist by now: nothing from the future is told. */
function recordsWritten(day: Day, recordsToday: number, now: number): number {
  if (day < dayOf(now)) return recordsToday
  let low = 0
  let high = recordsToday
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeOf(day, middle, recordsToday) <= now) low = middle + 1
    else high = middle
  }
  return low
}
