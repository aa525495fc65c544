import * as v from 'valibot'
import { type Call, CallError, text } from '../call'
import { standingNow } from '../meter/health'
import { ORDER_UNKNOWN } from '../meter/level'
import { meterSchema, meters } from '../store/meters'
import { type ConnectionHealth, findHealth, timesOf } from './health'
import type { BoardMeter, MeterInfo } from './types'

/** A page must not grow with what upstreams call things. */
const LONGEST_TITLE = 120

const { entries } = meterSchema
/** What is shown of a meter. */
export const shownMeterSchema = v.object({
  _id: entries._id,
  provider: entries.provider,
  connection: entries.connection,
  key: entries.key,
  title: entries.title,
  kind: entries.kind,
  unit: entries.unit,
  value: entries.value,
  limit: entries.limit,
  standing: entries.standing,
  level: entries.level,
  order: entries.order,
  at: entries.at,
  resetsAt: entries.resetsAt,
  missingSince: entries.missingSince,
  refreshedAt: entries.refreshedAt,
  recent: entries.recent,
})
export type ShownMeter = v.InferOutput<typeof shownMeterSchema>

export function meterInfo(meter: ShownMeter, { language }: Call): MeterInfo {
  const { _id, provider, connection, key, title, kind, unit, value, limit } = meter
  return {
    id: _id,
    provider,
    connection,
    key,
    title: title[language].slice(0, LONGEST_TITLE),
    kind,
    unit,
    value,
    limit,
  }
}

/** The meter as it stands now; `connection` is undefined when that has been removed. */
export function boardMeter(meter: ShownMeter, connection: ConnectionHealth | undefined, call: Call): BoardMeter {
  const { level, order, resetsAt, missingSince, recent } = meter
  const standing = connection ? standingIn(meter, connection, call) : meter.standing
  return {
    ...meterInfo(meter, call),
    standing,
    level: standing === 'stale' ? null : level,
    left: order === ORDER_UNKNOWN ? null : order,
    resetsAt,
    asOf: asOf(meter, connection),
    missingSince,
    recent,
  }
}

/** One that was refreshed by itself is as recent as that, whatever became of its connection. */
function standingIn({ standing, refreshedAt }: ShownMeter, connection: ConnectionHealth, { clock }: Call) {
  const times = timesOf(connection, clock.now())
  return standingNow(standing, { ...times, completeAt: times.completeAt && Math.max(times.completeAt, refreshedAt) })
}

/** A complete round vouches for the values that it found; not for one that the upstream did not tell any more. */
function asOf({ value, at, standing }: ShownMeter, connection: ConnectionHealth | undefined): number | null {
  if (value === null) return null
  const isVouchedFor = standing === 'current' || standing === 'failing' || standing === 'stale'
  const completeAt = isVouchedFor ? (connection?.completeAt ?? null) : null
  return at === null || completeAt === null ? (at ?? completeAt) : Math.max(at, completeAt)
}

/** One meter, by one query. Throws NOT_FOUND. */
export async function needMeter(id: string, call: Call): Promise<ShownMeter> {
  const [meter] = await meters(call).find(shownMeterSchema, { where: { _id: id }, limit: 1 })
  if (meter) return meter
  throw new CallError(
    'NOT_FOUND',
    text('没有这个额度。请回到额度列表重新选择。', 'There is no such meter. Go back to the board and choose again.'),
  )
}

/** The connection that the meter belongs to; undefined when it has been removed. */
export async function connectionOf(meter: ShownMeter, call: Call): Promise<ConnectionHealth | undefined> {
  const [connection] = await findHealth({ _id: meter.connection }, call)
  return connection
}
