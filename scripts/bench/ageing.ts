import type { Bed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import { askBoard, type BoardAnswer } from './boardCall'
import { type Figure, median } from './figures'
import { beat, everything, makeWatchBed, RECENT_POINTS, set } from './watching'

const METERS = 20
const DAY = 86_400_000
const HOUR = 3_600_000
/** 25 months, all that is ever kept. */
const OLD_DAYS = 760
/** How long a history is asked for. */
const HISTORY_DAYS = 90
/** Days whose points are still there. */
const DAYS_WITH_POINTS = 35
const ROUNDS = 60
const WARM_UP = 5
const MOST_QUERIES = 2

const ADMIN = { kind: 'client', openid: LOCAL_ADMIN } as const

/** The same meters with histories of different lengths: what is asked for costs the same. */
export async function ageing(): Promise<Figure[]> {
  const now = Date.now()
  const beds: Bed[] = []
  const aged = async (days: number) => {
    const bed = await agedBed(days, now)
    beds.push(bed)
    return bed
  }
  try {
    const [day, quarter, old] = [await aged(1), await aged(HISTORY_DAYS), await aged(OLD_DAYS)]
    const meter = `${everything(old, 'yl_meters')[0]?.['_id']}`
    const history = (days: number) => ({
      action: 'history',
      meter,
      from: dayOf(now - (days - 1) * DAY),
      to: dayOf(now),
    })
    const ninety = await askBoard(old, history(HISTORY_DAYS), ADMIN)
    const { days, points } = ninety.data as { days: unknown[]; points: unknown[] }
    if (days.length !== HISTORY_DAYS) throw new Error(`a history of ${HISTORY_DAYS} days has ${days.length}`)
    console.error(`  ${days.length} days of history: ${points.length} points, ${(ninety.bytes / 1000).toFixed(1)} KB`)
    return [
      { name: `history of ${HISTORY_DAYS} days: queries`, value: ninety.queries, limit: MOST_QUERIES, unit: '' },
      ...(await contest('page, 1 day and 25 months old', day, old, { action: 'board' })),
      ...(await contest('history of 1 day, 1 day and 25 months old', day, old, history(1))),
      ...(await contest('history of 90 days, 90 days and 25 months old', quarter, old, history(HISTORY_DAYS))),
    ]
  } finally {
    await Promise.all(beds.map(bed => bed.close()))
  }
}

/** In turn, so that a machine whose speed drifts is fair to both. */
async function contest(name: string, young: Bed, old: Bed, input: object): Promise<Figure[]> {
  const [ours, theirs]: [BoardAnswer[], BoardAnswer[]] = [[], []]
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const [before, after] = [await askBoard(young, input, ADMIN), await askBoard(old, input, ADMIN)]
    if (round < WARM_UP) continue
    ours.push(before)
    theirs.push(after)
  }
  const difference = (of: (answer: BoardAnswer) => number) => Math.abs(typical(theirs, of) - typical(ours, of))
  const bytes = difference(answer => answer.bytes) / typical(ours, answer => answer.bytes)
  const times = typical(theirs, answer => answer.ms) / typical(ours, answer => answer.ms)
  return [
    { name: `${name}: difference in queries`, value: difference(answer => answer.queries), limit: 0, unit: '' },
    { name: `${name}: difference in size`, value: bytes * 100, limit: 1, unit: '%' },
    { name: `${name}: time, old ÷ young`, value: times, limit: 1.5, unit: '' },
  ]
}

function typical(answers: readonly BoardAnswer[], of: (answer: BoardAnswer) => number): number {
  return median(answers.map(of))
}

/** Meters that were read for so many days, the last of which is today. */
async function agedBed(days: number, now: number): Promise<Bed> {
  const bed = await makeWatchBed({ scale: { members: METERS }, now: () => now })
  await beat(bed)
  const hours = Array.from({ length: RECENT_POINTS }, (_, hour) => now - (RECENT_POINTS - hour) * HOUR)
  set(bed, 'yl_meters', {}, { recent: hours.map((at, hour) => [at, `${9000 - hour}.25`]) })
  const { database } = bed.cloud.gateway
  for (const today of everything(bed, 'yl_readings')) {
    const documents = Array.from({ length: days - 1 }, (_, index) => pastDay(today, index + 1, now))
    if (documents.length > 0) database.insert({ collection: 'yl_readings', documents })
  }
  return bed
}

/** A document like today's, so many days before. */
function pastDay(today: Record<string, unknown>, ago: number, now: number): Record<string, unknown> {
  const day = dayOf(now - ago * DAY)
  const midnight = Math.floor((now + 8 * HOUR) / DAY - ago) * DAY - 8 * HOUR
  const points = Array.from({ length: 24 }, (_, hour) => [midnight + hour * HOUR, `${900 + ((hour * 7) % 24)}.25`])
  const at = midnight + 23 * HOUR
  const summary = { open: '900.25', close: '917.25', min: '900.25', max: '923.25' }
  const sums = { consumed: '120', added: '137', returned: '0', count: points.length }
  const _id = `${today['meter']}/${day}`
  return { ...today, _id, day, at, points: ago <= DAYS_WITH_POINTS ? points : null, ...summary, ...sums }
}

/** In Shanghai, as yyyymmdd. */
function dayOf(instant: number): string {
  return new Date(instant + 8 * HOUR).toISOString().slice(0, 10).replaceAll('-', '')
}
