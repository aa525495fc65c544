import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import pMap from 'p-map'
import type { Bed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import type { Figure } from './figures'
import {
  beatUntil,
  call,
  connectionsUnread,
  everything,
  MEMBER_BALANCE,
  MEMBERS_PER_CALL,
  makeWatchBed,
  NO_MEMBERS,
  set,
} from './watching'

const CONNECTIONS = 100
const METERS_EACH = 100
const METERS = CONNECTIONS * METERS_EACH
const REQUESTS = METERS / MEMBERS_PER_CALL
const INSTANCES = 20
/** The longest that WeChat lets a function run. */
const TIMEOUT_MS = 60_000
/** What the functions allow themselves of the 20 that Tencent Cloud allows, for each account. */
const PER_SECOND = 15
const UPSTREAM_PER_SECOND = 20
/** Turns are reserved in blocks, some of which nobody needs in the end. */
const MOST_OF_IDEAL = 1.25
const FIRST_UIN = 900_000_000_001

/** A hundred connections, all to one account, read by twenty instances at its documented limit. */
export async function shards(): Promise<Figure[]> {
  const bed = await makeWatchBed({
    scale: { members: METERS },
    limits: { maxInstances: INSTANCES, timeoutMs: TIMEOUT_MS },
    environment: { ...NO_MEMBERS, YULIANG_KEY: randomBytes(32).toString('base64') },
  })
  try {
    await saveConnections(bed)
    await warmUp(bed)
    // The servers are in this process: what holds it up pushes requests together that came one by one.
    const delay = monitorEventLoopDelay({ resolution: 10 })
    delay.enable()
    const startedAt = Date.now()
    let failed = 0
    const beats = await beatUntil(bed, () => {
      failed += forgive(bed)
      return connectionsUnread(bed, startedAt) === 0
    })
    const ends = everything(bed, 'yl_connections').map(({ completeAt }) => Number(completeAt ?? 0))
    const seconds = (Math.max(...ends) - startedAt) / 1000
    const runs = everything(bed, 'yl_runs')
    const instances = bed.cloud.runtime.instances().filter(({ functionName }) => functionName === 'watchQuotas').length
    console.error(`  the servers were held up for ${(delay.max / 1e6).toFixed(0)} ms at most`)
    console.error(`  ${beats} beats, ${runs.length} runs in ${instances} instances, ${seconds.toFixed(1)} s`)
    return figuresOf(bed, seconds, failed)
  } finally {
    await bed.close()
  }
}

/** Twenty processes that start at once would hold up the servers in this one, on two cores, for longer than any network. */
async function warmUp(bed: Bed): Promise<void> {
  const nothing = { connections: ['nobody'] }
  const admin = { kind: 'client', openid: LOCAL_ADMIN } as const
  await Promise.all(Array.from({ length: INSTANCES }, () => call(bed, 'watchQuotas', nothing, admin)))
}

/** Lets those that failed be due at once, as if their interval had gone by; how many there are. */
function forgive(bed: Bed): number {
  const failed = everything(bed, 'yl_connections').filter(({ failures }) => failures !== 0)
  set(bed, 'yl_connections', { failures: { $gt: 0 } }, { failures: 0, dueAt: 0 })
  return failed.length
}

function figuresOf(bed: Bed, seconds: number, failed: number): Figure[] {
  const { counts, peaks, calls } = bed.cloud.sandbox
  const requests = counts.get(MEMBER_BALANCE) ?? 0
  const once = everything(bed, 'yl_readings').filter(({ points }) => Array.isArray(points) && points.length === 1)
  const meters = new Set(once.map(({ meter }) => String(meter).split('/').at(-1))).size
  // Of the calls themselves only the latest are kept: as many as there should be at all.
  const refused = calls.filter(({ code }) => code === 'RequestLimitExceeded').length
  const name = `${CONNECTIONS} connections of ${METERS_EACH} meters`
  return [
    { name: `${name}: requests`, value: requests, limit: REQUESTS, unit: '' },
    { name: `${name}: not read, or not once`, value: METERS - meters, limit: 0, unit: '' },
    { name: `${name}: history that is not one point`, value: Math.abs(METERS - once.length), limit: 0, unit: '' },
    { name: `${name}: rounds that failed`, value: failed, limit: 0, unit: '' },
    { name: `${name}: refused by the rate limit`, value: refused, limit: 0, unit: '' },
    {
      name: `${name}: most requests in 1 s`,
      value: peaks.get(MEMBER_BALANCE) ?? Number.NaN,
      limit: UPSTREAM_PER_SECOND,
      unit: '',
    },
    {
      name: `${name}: time ÷ (requests ÷ pace)`,
      value: seconds / (requests / PER_SECOND),
      limit: MOST_OF_IDEAL,
      unit: '',
    },
  ]
}

/** As an administrator makes them, each with the account's credentials, sealed. */
async function saveConnections(bed: Bed): Promise<void> {
  const { secretId, secretKey } = bed.cloud.sandbox.credentials.tencent
  const secrets = { TENCENT_SECRET_ID: secretId, TENCENT_SECRET_KEY: secretKey }
  const admin = { kind: 'client', openid: LOCAL_ADMIN } as const
  await pMap(
    Array.from({ length: CONNECTIONS }, (_, index) => index),
    async index => {
      const uins = Array.from({ length: METERS_EACH }, (_, place) => FIRST_UIN + index * METERS_EACH + place)
      const input = {
        provider: 'memberBalance',
        name: `shard ${index}`,
        secrets,
        settings: { MEMBER_UINS: uins.join(',') },
      }
      await call(bed, 'quotaBoard', { action: 'saveConnection', ...input }, admin)
    },
    { concurrency: 5 },
  )
}
