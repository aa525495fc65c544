import { setTimeout as sleep } from 'node:timers/promises'
import { type Bed, makeBed } from '../../local/bed'
import type { LocalCloudOptions } from '../../local/cloud'
import type { Caller } from '../../local/runtime'
import { TIMER } from './figures'

export const MEMBER_BALANCE = 'DescribeOrgMemberAccountBalance'
export const MEMBERS_CONNECTION = 'env-memberBalance'
/** Of one upstream call. */
export const MEMBERS_PER_CALL = 10

/** How many a meter's own document carries, at most. */
export const RECENT_POINTS = 24

/** The longest that an invocation is given here: one is enough for a whole round. */
export const LONG_MS = 300_000

/** Neither the pace nor the upstream's limit in the way. */
export const UNPACED = {
  upstreamLimits: { tencentPerSecond: 1_000_000 },
  environment: { TENCENT_REQUESTS_PER_SECOND: '10000' },
}

const MOST_BEATS = 20

/** Takes the other providers' credentials away again, so that only the members are read. */
const MEMBERS_ONLY = {
  WECHAT_AUTHORIZER_ACCESS_TOKEN: '',
  TENCENT_ESS_APP_ID: '',
  HUAWEI_ACCESS_KEY: '',
  HUAWEI_SECRET_KEY: '',
}

export const NO_MEMBERS = { TENCENT_SECRET_ID: '', TENCENT_SECRET_KEY: '' }

type Stored = Record<string, unknown>

/** What `yl_runs` holds, as far as it is looked at here. */
export interface Run {
  readings: number
  changed: number
  ms: number
  connections: { id: string; outcome: string; code: string | null }[]
}

/** A local cloud whose timer reads nothing but members, or but waybills. */
export async function makeWatchBed(
  options: Partial<LocalCloudOptions>,
  { waybills = false }: { waybills?: boolean } = {},
): Promise<Bed> {
  const bed = await makeBed({ ...options, environment: { ...MEMBERS_ONLY, ...options.environment } })
  const { database } = bed.cloud.gateway
  // Looked into before there is anything in them.
  for (const collection of ['yl_connections', 'yl_runs']) database.addCollection(collection)
  // Needs no credentials, so it is always there.
  if (!waybills) database.insert({ collection: 'yl_connections', documents: [{ ...NEVER_READ, enabled: false }] })
  return bed
}

const NEVER_READ = {
  _id: 'env-waybill',
  provider: 'waybill',
  name: '',
  intervalMinutes: 10,
  sealed: null,
  settings: {},
  dueAt: 0,
  holder: null,
  round: null,
  memory: null,
  completeAt: null,
  meters: 0,
  missing: 0,
  counts: {},
  markedDay: null,
  failures: 0,
  failingSince: null,
  failure: null,
}

/** Calls a built function; what it answers. Throws for a failure. */
export async function call<Data>(bed: Bed, name: string, event: object, caller: Caller): Promise<Data> {
  const outcome = await bed.cloud.runtime.invoke(name, event, caller)
  if (!outcome.ok) throw new Error(`${name}: ${outcome.code} ${outcome.message}`)
  const envelope = outcome.result as { ok: boolean; data: Data }
  if (!envelope.ok) throw new Error(`${name}: ${JSON.stringify(envelope)}`)
  return envelope.data
}

/** The timer's beat. */
export function beat(bed: Bed): Promise<Run> {
  return call<Run>(bed, 'watchQuotas', {}, TIMER)
}

/** Lets the timer beat again and again, each time when all that followed from the last beat has ended. */
export async function beatUntil(bed: Bed, isDone: () => boolean): Promise<number> {
  for (let beats = 1; beats <= MOST_BEATS; beats++) {
    await beat(bed)
    await whenIdle(bed)
    if (isDone()) return beats
  }
  const failures = everything(bed, 'yl_connections').flatMap(({ failure }) =>
    failure ? [JSON.stringify(failure)] : [],
  )
  throw new Error(
    `not all was read after ${MOST_BEATS} beats of the timer; failed: ${[...new Set(failures)].join(', ')}`,
  )
}

/** Returns when no function has worked for a moment: what a run handed over has ended, too. */
export async function whenIdle({ cloud }: Bed): Promise<void> {
  for (let quiet = 0; quiet < 5; ) {
    await sleep(20)
    quiet = cloud.runtime.instances().some(({ requestId }) => requestId !== undefined) ? 0 : quiet + 1
  }
}

/** Calls as the servers saw them, whatever the function says of itself. */
export interface Counted {
  reads: number
  writes: number
  upstream(api: string): number
}

/** Counts what goes over the wire while this is done. */
export async function counting<T>({ cloud }: Bed, work: () => Promise<T>): Promise<Counted & { result: T }> {
  const [database, upstream] = [new Map(cloud.gateway.counts), new Map(cloud.sandbox.counts)]
  const result = await work()
  const more = (now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>, name: string) =>
    (now.get(name) ?? 0) - (before.get(name) ?? 0)
  const sum = (names: string[]) =>
    names.reduce((total, name) => total + more(cloud.gateway.counts, database, `database.${name}`), 0)
  return {
    result,
    reads: sum(['getDocument', 'calculateDocument', 'aggregateDocuments']),
    writes: sum(['insertDocument', 'modifyDocument', 'removeDocument', 'addCollection']),
    upstream: api => more(cloud.sandbox.counts, upstream, api),
  }
}

/** Every document, in the order in which they came to be. */
export function everything({ cloud }: Bed, collection: string): Stored[] {
  const all: Stored[] = []
  for (;;) {
    const { documents, total } = cloud.gateway.database.find({ collection, offset: all.length, limit: 1000 })
    all.push(...documents)
    if (all.length >= total) return all
  }
}

/** Changes documents behind the functions' back; how many are different now. */
export function set({ cloud }: Bed, collection: string, query: Stored, fields: Stored): number {
  const data = { $set: fields }
  return cloud.gateway.database.update({ collection, query, data, multi: true, merge: true, upsert: false }).updated
}

export function makeDue(bed: Bed, connection: string): void {
  set(bed, 'yl_connections', { _id: connection }, { dueAt: 0 })
}

/** How many enabled connections have not completed a round since then. */
export function connectionsUnread(bed: Bed, since: number): number {
  const enabled = everything(bed, 'yl_connections').filter(connection => connection['enabled'])
  return enabled.filter(({ completeAt }) => completeAt === null || Number(completeAt) < since).length
}

/**
 * Has so many meters differ from what the upstream will say, as if it had been otherwise when they were last read:
 * meters and history alike. They are spread over all. Answers how many; throws when it could not be that many.
 */
export function alter(bed: Bed, count: number): number {
  const value = '0.01'
  const meters = everything(bed, 'yl_meters').sort((a, b) => (String(a['_id']) < String(b['_id']) ? -1 : 1))
  let altered = 0
  const chosen = Array.from({ length: count }, (_, index) => meters[Math.floor((index * meters.length) / count)] ?? {})
  // A condition that names thousands of documents takes its time with each of them.
  for (let start = 0; start < count; start += 500) {
    const some = chosen.slice(start, start + 500)
    const ids = some.map(({ _id }) => _id)
    const days = some.map(({ _id, day }) => `${_id}/${day}`)
    altered += set(bed, 'yl_meters', { _id: { $in: ids } }, { value })
    // A day of one unchanged value has no summary here.
    set(bed, 'yl_meters', { _id: { $in: ids }, today: { $ne: null } }, { 'today.close': value })
    set(bed, 'yl_readings', { _id: { $in: days } }, { close: value })
  }
  if (altered !== count) throw new Error(`${altered} of ${meters.length} meters could be altered, not ${count}`)
  return altered
}
