import { syncedAt, waybillAccount } from '../../local/sandbox/business/waybills'
import { type Figure, median } from './figures'
import { type MeasuredSweep, measuredSweep } from './measuredSweep'
import { sameInPieces } from './sameInPieces'
import {
  alter,
  beat,
  type Counted,
  counting,
  LONG_MS,
  MEMBER_BALANCE,
  MEMBERS_CONNECTION,
  MEMBERS_PER_CALL,
  makeDue,
  makeWatchBed,
  NO_MEMBERS,
  type Run,
  UNPACED,
} from './watching'

const SIZES = [12, 100, 1000]
const LARGE = 10_000
const WAYBILLS = 500
const EXPRESS = '/cgi-bin/express/business'
const HOUR = 3_600_000
const TEN_MINUTES = 600_000

/** Of each ordinary sweep: the machine may be busy with other things. */
const TIMES = 3
const MOST_CPU_SECONDS = 4
const MOST_RSS_MB = 160

/** What one round costs, in calls, CPU and memory, and that one in pieces records the same. */
export async function sweep(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) figures.push(...(await pacedSweeps(size)))
  return [...figures, ...(await waybillSweep()), ...(await largeSweeps()), ...(await sameInPieces())]
}

/**
 * Ordinary rounds, neither the first of all nor the first of a day, at the pace that is kept by default. The upstream's
 * clock stands still, and with it the second that its limit is for: what changes is only what we change.
 */
async function pacedSweeps(members: number): Promise<Figure[]> {
  const now = Date.now()
  const { upstreamLimits } = UNPACED
  const bed = await makeWatchBed({ scale: { members }, now: () => now, limits: { timeoutMs: LONG_MS }, upstreamLimits })
  try {
    await beat(bed)
    const figures: Figure[] = []
    for (const wanted of [0, Math.ceil(members / 10)]) {
      const altered = alter(bed, wanted)
      makeDue(bed, MEMBERS_CONNECTION)
      const counted = await counting(bed, () => beat(bed))
      figures.push(...countFigures(members, altered, counted.result, counted))
    }
    return figures
  } finally {
    await bed.close()
  }
}

function countFigures(members: number, altered: number, run: Run, { reads, writes, upstream }: Counted): Figure[] {
  assertWhole(run, members)
  assertChanged(run, altered)
  const name = `sweep of ${members} meters, ${altered} changed`
  const chunks = Math.ceil(members / 100)
  return [
    { name: `${name}: database writes`, value: writes, limit: 2 * altered + chunks + 4, unit: '' },
    { name: `${name}: database reads`, value: reads, limit: chunks + 4, unit: '' },
    {
      name: `${name}: upstream calls`,
      value: upstream(MEMBER_BALANCE),
      limit: Math.ceil(members / MEMBERS_PER_CALL),
      unit: '',
    },
  ]
}

/** What was not read costs nothing. */
function assertWhole({ readings, connections }: Run, members: number): void {
  const outcome = connections[0]?.outcome
  if (connections.length !== 1 || outcome !== 'complete' || readings !== members)
    throw new Error(`a sweep of ${members} meters read ${readings}: ${JSON.stringify(connections)}`)
}

/** What changed without our doing, or did not with it, is not what the limits are for. */
function assertChanged({ changed }: Run, altered: number): void {
  if (changed !== altered) throw new Error(`${altered} meters were altered, and the sweep found ${changed} changed`)
}

/** One list for all accounts, and one call more for each of which WeChat has not heard in ten minutes. */
async function waybillSweep(): Promise<Figure[]> {
  // Ahead, so that the couriers that tell WeChat every hour have just done so.
  const now = Math.ceil(Date.now() / HOUR) * HOUR
  const bed = await makeWatchBed(
    { scale: { waybillAccounts: WAYBILLS }, now: () => now, limits: { timeoutMs: LONG_MS }, environment: NO_MEMBERS },
    { waybills: true },
  )
  try {
    await beat(bed)
    makeDue(bed, 'env-waybill')
    const { result, upstream } = await counting(bed, () => beat(bed))
    assertWhole(result, WAYBILLS)
    const accounts = Array.from({ length: WAYBILLS }, (_, index) => waybillAccount(index))
    const unheard = accounts.filter(account => {
      return (
        account.status === 'bound' && (account.quota === 'none' || syncedAt(account, now) <= Date.now() - TEN_MINUTES)
      )
    })
    const name = `sweep of ${WAYBILLS} waybill accounts`
    return [
      { name: `${name}: calls of getAllAccount`, value: upstream(`${EXPRESS}/account/getall`), limit: 1, unit: '' },
      { name: `${name}: calls of getQuota`, value: upstream(`${EXPRESS}/quota/get`), limit: unheard.length, unit: '' },
    ]
  } finally {
    await bed.close()
  }
}

/** Nothing throttled, the upstream's clock standing still. */
async function largeSweeps(): Promise<Figure[]> {
  const now = Date.now()
  const bed = await makeWatchBed({ ...UNPACED, scale: { members: LARGE }, now: () => now })
  try {
    const first = await measuredSweep(bed)
    tell('first of all', first)
    const figures: Figure[] = []
    const kinds = [[first]]
    for (const wanted of [0, LARGE / 10]) {
      const sweeps: MeasuredSweep[] = []
      for (let time = 0; time < TIMES; time++) {
        const altered = alter(bed, wanted)
        makeDue(bed, MEMBERS_CONNECTION)
        const { result, ...counts } = await counting(bed, () => measuredSweep(bed))
        assertChanged(result.run, altered)
        tell(`${altered} changed`, result)
        sweeps.push(result)
        if (time === 0) figures.push(...countFigures(LARGE, altered, result.run, counts))
      }
      kinds.push(sweeps)
    }
    const altered = alter(bed, LARGE)
    makeDue(bed, MEMBERS_CONNECTION)
    const all = await measuredSweep(bed)
    assertChanged(all.run, altered)
    tell('all changed (not limited)', all)
    const worst = (of: (sweep: MeasuredSweep) => number) => Math.max(...kinds.map(sweeps => median(sweeps.map(of))))
    const name = `sweep of ${LARGE} meters, first, unchanged or a tenth changed`
    return [
      ...figures,
      { name: `${name}: CPU`, value: worst(({ cpuSeconds }) => cpuSeconds), limit: MOST_CPU_SECONDS, unit: 's' },
      { name: `${name}: peak RSS`, value: worst(({ peakRssMb }) => peakRssMb), limit: MOST_RSS_MB, unit: 'MB' },
    ]
  } finally {
    await bed.close()
  }
}

function tell(what: string, { cpuSeconds, peakRssMb, ms }: MeasuredSweep): void {
  const wall = (ms / 1000).toFixed(1)
  console.error(
    `  ${LARGE} meters, ${what}: CPU ${cpuSeconds.toFixed(2)} s, peak RSS ${peakRssMb.toFixed(0)} MB, ${wall} s`,
  )
}
