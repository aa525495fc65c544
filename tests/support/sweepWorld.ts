import { type Bed, makeBed } from '../../local/bed'
import type { CloudExchange, LocalCloud, LocalCloudOptions } from '../../local/cloud'
import type { Document } from '../../local/gateway/database'
import { dayAt } from '../../shared/meter/day'

const COLLECTIONS = ['yl_connections', 'yl_meters', 'yl_readings', 'yl_runs', 'yl_paces'] as const
const DAY_MS = 86_400_000

export type Snapshot = Record<string, Document[]>

/** A local cloud with couriers and organisation members, whose upstreams stand still. */
export interface SweepWorld {
  cloud: LocalCloud
  /** Told of every exchange while it is set. */
  onExchange: ((exchange: CloudExchange) => void | Promise<void>) | undefined
  /** One beat of the timer. */
  beat(): ReturnType<LocalCloud['timers']['fire']>
  documents(collection: string): Document[]
  save(): Snapshot
  restore(snapshot: Snapshot): void
  /** Time passes: leases end, intervals go by. */
  makeDue(): void
  close(): Promise<void>
}

export async function makeSweepWorld(options: Partial<LocalCloudOptions> = {}): Promise<SweepWorld> {
  const now = Date.now()
  const world: Pick<SweepWorld, 'onExchange'> = { onExchange: undefined }
  const bed: Bed = await makeBed({
    now: () => now,
    scale: { members: 24, waybillAccounts: 7 },
    limits: { timeoutMs: 20_000 },
    onExchange: exchange => world.onExchange?.(exchange),
    ...options,
    environment: { ...ONLY_MEMBERS_AND_COURIERS, TENCENT_REQUESTS_PER_SECOND: '1000', ...options.environment },
    upstreamLimits: { tencentPerSecond: 10_000 },
  })
  const { cloud } = bed
  const database = () => cloud.gateway.database
  const documents = (collection: string) => database().find({ collection, limit: 1000 }).documents
  return Object.assign(world, {
    cloud,
    beat: () => cloud.timers.fire('watchQuotas'),
    documents,
    save: () => Object.fromEntries(COLLECTIONS.map(collection => [collection, documents(collection)])),
    restore(snapshot: Snapshot) {
      for (const collection of COLLECTIONS) {
        database().remove({ collection, query: {}, multi: true })
        database().insert({ collection, documents: snapshot[collection] ?? [] })
      }
    },
    makeDue() {
      const data = { $set: { dueAt: 0 } }
      database().update({ collection: 'yl_connections', query: {}, data, multi: true, merge: true, upsert: false })
    },
    close: bed.close,
  })
}

/** Blank variables count as unset. */
const ONLY_MEMBERS_AND_COURIERS = {
  TENCENT_ESS_APP_ID: '',
  WECHAT_AUTHORIZER_ACCESS_TOKEN: '',
  WECHAT_API_PATHS: '',
  HUAWEI_ACCESS_KEY: '',
  HUAWEI_SECRET_KEY: '',
}

/**
 * What a sweep meets that has everything to do: of every five meters two changed since, one is new, one has no point yet
 * today, one is as it was; and one is gone. With `marks` it is also the first sweep of the day.
 */
export function agedSnapshot(fresh: Snapshot, { marks }: { marks: boolean }): Snapshot {
  const meters: Document[] = []
  const readings: Document[] = []
  const dayOf = new Map((fresh['yl_readings'] ?? []).map(day => [day['meter'], day]))
  ;(fresh['yl_meters'] ?? []).forEach((meter, index) => {
    const day = dayOf.get(meter['_id'])
    const kind = day === undefined ? 'same' : (['changed', 'new', 'changed', 'yesterday', 'same'] as const)[index % 5]
    if (kind === 'new') return
    if (kind === 'changed' && day) {
      meters.push({ ...meter, value: '7', ...(meter['kind'] === 'balance' && { full: '7' }), today: summaryOf('7') })
      readings.push({ ...day, ...summaryOf('7'), points: [[day['at'], '7']] })
    } else if (kind === 'yesterday' && day) {
      const at = Number(day['at']) - DAY_MS
      const yesterday = dayAt(at)
      meters.push({ ...meter, at, day: yesterday, today: null })
      const [[, value]] = day['points'] as [[number, string]]
      readings.push({ ...day, _id: `${meter['_id']}/${yesterday}`, day: yesterday, at, points: [[at, value]] })
    } else {
      meters.push(meter)
      if (day) readings.push(day)
    }
  })
  const [gone] = meters.filter(({ provider }) => provider === 'memberBalance')
  meters.push({ ...gone, _id: `${gone?.['connection']}/gone`, key: 'gone' })
  const perConnection = (id: unknown) => meters.filter(({ connection }) => connection === id).length
  const connections = (fresh['yl_connections'] ?? []).map(connection => ({
    ...connection,
    dueAt: 0,
    meters: perConnection(connection['_id']),
    ...(marks && { markedDay: '20200101' }),
  }))
  return { ...fresh, yl_meters: meters, yl_readings: readings, yl_connections: connections, yl_runs: [] }
}

function summaryOf(value: string) {
  return { open: value, close: value, min: value, max: value, consumed: '0', added: '0', returned: '0', count: 1 }
}

/** What a database says, without the instants at which it came to say it. */
export function settledState({ documents }: Pick<SweepWorld, 'documents'>) {
  const byId = (left: Document, right: Document) => String(left['_id']).localeCompare(String(right['_id']))
  const meters = documents('yl_meters').sort(byId)
  const readings = documents('yl_readings').sort(byId)
  const connections = documents('yl_connections').sort(byId)
  return {
    meters: meters.map(({ at, version, seen, recent, createdAt, refreshedAt, missingSince, ...said }) => {
      const values = (recent as [number, string][]).map(([, value]) => value)
      return { ...said, recent: values, isMissing: missingSince !== null }
    }),
    readings: readings.map(({ at, points, ...said }) => {
      return { ...said, values: (points as [number, string][]).map(([, value]) => value) }
    }),
    connections: connections.map(({ _id, holder, round, meters, counts, failures, markedDay }) => {
      return { _id, holder, round, meters, counts, failures, markedDay }
    }),
  }
}
