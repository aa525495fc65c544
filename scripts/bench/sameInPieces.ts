import { isDeepStrictEqual } from 'node:util'
import type { Bed } from '../../local/bed'
import { DEFAULT_LIMITS } from '../../local/runtime/limits'
import type { Figure } from './figures'
import {
  alter,
  beatUntil,
  connectionsUnread,
  counting,
  everything,
  LONG_MS,
  MEMBERS_CONNECTION,
  makeDue,
  makeWatchBed,
} from './watching'

/** At 15 requests a second, more than seven invocations of 3 s can read. */
const MEMBERS = 1800
const PIECES = 8
const COLLECTIONS = ['yl_meters', 'yl_readings', 'yl_connections']

interface Round {
  invocations: number
  reads: number
  writes: number
}

/** Two rounds, the first of all and an ordinary one: in invocations of 3 s here, in one long invocation there. */
export async function sameInPieces(): Promise<Figure[]> {
  const now = Date.now()
  // The upstream's clock stands still, and with it the second that its limit is for.
  const options = { scale: { members: MEMBERS }, now: () => now, upstreamLimits: { tencentPerSecond: 1_000_000 } }
  const short = await makeWatchBed({ ...options, limits: { timeoutMs: DEFAULT_LIMITS.timeoutMs } })
  const long = await makeWatchBed({ ...options, limits: { timeoutMs: LONG_MS } })
  try {
    const pieces: number[] = []
    for (const altered of [0, MEMBERS / 10]) {
      const [inPieces, whole] = await Promise.all([roundOf(short, altered), roundOf(long, altered)])
      if (whole.invocations !== 1) throw new Error(`the long sweep took ${whole.invocations} invocations`)
      pieces.push(inPieces.invocations)
      tell('short', inPieces)
      tell('long', whole)
    }
    const name = `${MEMBERS} meters in invocations of 3 s`
    const unlike = COLLECTIONS.reduce((sum, collection) => sum + differing(short, long, collection), 0)
    return [
      {
        name: `${name}: fewer of these than ${PIECES}`,
        value: Math.max(0, PIECES - Math.min(...pieces)),
        limit: 0,
        unit: '',
      },
      { name: `${name}: documents unlike one long sweep's`, value: unlike, limit: 0, unit: '' },
    ]
  } finally {
    await Promise.all([short.close(), long.close()])
  }
}

async function roundOf(bed: Bed, altered: number): Promise<Round> {
  if (altered > 0) {
    alter(bed, altered)
    makeDue(bed, MEMBERS_CONNECTION)
  }
  const runsBefore = everything(bed, 'yl_runs').length
  const startedAt = Date.now()
  const { reads, writes } = await counting(bed, () => beatUntil(bed, () => connectionsUnread(bed, startedAt) === 0))
  return { invocations: everything(bed, 'yl_runs').length - runsBefore, reads, writes }
}

function tell(which: string, { invocations, reads, writes }: Round): void {
  console.error(`  ${MEMBERS} meters: ${invocations} ${which} invocations, ${reads} reads, ${writes} writes`)
}

/** How many documents only one of the two has, or has otherwise. */
function differing(left: Bed, right: Bed, collection: string): number {
  const [ours, theirs] = [left, right].map(
    bed => new Map(everything(bed, collection).map(one => [one['_id'], comparable(one)])),
  )
  if (!ours || !theirs) return Number.NaN
  const ids = new Set([...ours.keys(), ...theirs.keys()])
  return [...ids].filter(id => !isDeepStrictEqual(ours.get(id), theirs.get(id))).length
}

/** Without instants, and without the names of runs. */
function comparable(value: unknown): unknown {
  if (typeof value === 'number' && value > 1e12) return 'instant'
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([field, item]) => [field, field === 'seen' ? '' : comparable(item)]),
  )
}
