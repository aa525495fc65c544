import type { Bed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import { ageing } from './ageing'
import { askBoard } from './boardCall'
import type { Figure } from './figures'
import { measuredSweep } from './measuredSweep'
import { everything, makeWatchBed, RECENT_POINTS, set, UNPACED } from './watching'

const METERS = 10_000
const WAYBILLS = 1000
const MOST_QUERIES = 2
const MOST_KB = 60
const HOUR = 3_600_000

const ADMIN = { kind: 'client', openid: LOCAL_ADMIN } as const
const VIEWER = { kind: 'client', openid: 'oBenchViewer' } as const

const FILTERS = [
  {},
  { page: 100 },
  { page: 249 },
  { provider: 'memberBalance' },
  { level: 'ok' },
  { standing: 'current' },
  { standing: 'not-applicable' },
  { text: '示例' },
  { provider: 'waybill', level: 'ok', text: '门店', page: 3 },
]

/** What a page of the board costs, and a history, and whether it is the same at any age of the data. */
export async function board(): Promise<Figure[]> {
  return [...(await largeBoard()), ...(await ageing())]
}

/** Of meters whose small charts are full. */
async function largeBoard(): Promise<Figure[]> {
  const now = Date.now()
  const bed = await makeWatchBed(
    { ...UNPACED, scale: { members: METERS - WAYBILLS, waybillAccounts: WAYBILLS }, now: () => now },
    { waybills: true },
  )
  try {
    await measuredSweep(bed)
    const recorded = everything(bed, 'yl_meters').length
    if (recorded !== METERS) throw new Error(`${recorded} meters were recorded, not ${METERS}`)
    const hours = Array.from({ length: RECENT_POINTS }, (_, hour) => now - (RECENT_POINTS - hour) * HOUR)
    set(bed, 'yl_meters', {}, { recent: hours.map(at => [at, '1234567.89']) })
    const usual = await pages(bed)
    const name = '示例'.repeat(100)
    set(bed, 'yl_meters', {}, { title: { zh: name, en: name } })
    const longest = await pages(bed)
    bed.cloud.gateway.database.addCollection('yl_members')
    bed.cloud.gateway.database.insert({ collection: 'yl_members', documents: [{ _id: VIEWER.openid, role: 'viewer' }] })
    const viewer = await askBoard(bed, { action: 'board' }, VIEWER)
    console.error(`  a viewer's page: ${viewer.queries} queries, one of them for the role`)
    const title = `page of ${METERS} meters, worst of ${FILTERS.length}`
    return [
      { name: `${title}: queries`, value: usual.queries, limit: MOST_QUERIES, unit: '' },
      { name: `${title}: answer`, value: usual.kb, limit: MOST_KB, unit: 'KB' },
      { name: `${title}: answer, names of 200 characters`, value: longest.kb, limit: MOST_KB, unit: 'KB' },
      // Whom the environment does not name is looked up in yl_members first.
      {
        name: `page of ${METERS} meters: queries besides a viewer's role`,
        value: viewer.queries - 1,
        limit: MOST_QUERIES,
        unit: '',
      },
    ]
  } finally {
    await bed.close()
  }
}

/** What the dearest of the pages costs. */
async function pages(bed: Bed): Promise<{ queries: number; kb: number }> {
  const worst = { queries: 0, kb: 0 }
  for (const filter of FILTERS) {
    const { queries, bytes, data } = await askBoard(bed, { action: 'board', ...filter }, ADMIN)
    const { meters } = data as { meters: unknown[] }
    console.error(
      `  ${JSON.stringify(filter)}: ${meters.length} meters, ${queries} queries, ${(bytes / 1000).toFixed(1)} KB`,
    )
    worst.queries = Math.max(worst.queries, queries)
    worst.kb = Math.max(worst.kb, bytes / 1000)
  }
  return worst
}
