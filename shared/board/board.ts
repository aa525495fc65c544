import type { Call } from '../call'
import { downsample } from '../meter/downsample'
import { meters } from '../store/meters'
import { countsByProvider, countsOf, totalOf } from './counts'
import { degradedOf, failureNotice } from './degraded'
import { meterCondition } from './filter'
import { type ConnectionHealth, findHealth, isOutdated } from './health'
import { boardMeter, type ShownMeter, shownMeterSchema } from './meterView'
import { connectionTitle } from './providerTitle'
import type { BoardInput, BoardOutput } from './types'

const METERS_PER_PAGE = 40
const MOST_URGENT_FIRST = [
  ['rank', 'asc'],
  ['order', 'asc'],
  ['_id', 'asc'],
] as const
/** Of one answer, with room for its envelope. */
const MOST_BYTES = 59_000
/** So many points per meter, down to as many as fit. */
const FEWER_POINTS = [16, 8, 4]

/**
 * One page of meters, most urgent first, and how all of them stand: two queries, at most 60 KB, whatever there is.
 * Throws UPSTREAM_UNAVAILABLE when the database cannot answer.
 */
export async function readBoard(filter: BoardInput, call: Call): Promise<BoardOutput> {
  const { page = 0, provider } = filter
  const now = call.clock.now()
  const all = await findHealth({}, call)
  const asked = provider === undefined ? all : all.filter(connection => connection.provider === provider)
  const outdated = asked.filter(connection => isOutdated(connection, now)).map(({ _id }) => _id)
  const found = await meters(call).find(shownMeterSchema, {
    where: meterCondition(filter, outdated, call),
    orderBy: MOST_URGENT_FIRST,
    skip: page * METERS_PER_PAGE,
    limit: METERS_PER_PAGE + 1,
  })
  const shown = found.slice(0, METERS_PER_PAGE)
  const counts = countsOf(asked, now)
  const total = totalOf(counts, filter)
  return fitted({
    meters: shown.map(meter => boardMeter(meter, connectionIn(all, meter), call)),
    ...(total !== undefined && { total }),
    page,
    hasMore: found.length > METERS_PER_PAGE,
    counts,
    providers: countsByProvider(all, now),
    lastSweepAt: all.reduce<number | null>((last, { completeAt }) => later(last, completeAt), null),
    degraded: degradedOf(all, call),
    connections: all
      .filter(({ _id }) => shown.some(({ connection }) => connection === _id))
      .map(connection => ({
        id: connection._id,
        provider: connection.provider,
        name: connectionTitle(connection, call.language),
        failure: failureNotice(connection.failure, call.language),
        completeAt: connection.completeAt,
      })),
  })
}

function connectionIn(connections: readonly ConnectionHealth[], meter: ShownMeter): ConnectionHealth | undefined {
  return connections.find(({ _id }) => _id === meter.connection)
}

function later(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.max(left, right)
}

/** Charts give way when names are so long that the page would be too large. */
function fitted(board: BoardOutput): BoardOutput {
  const isSmall = (candidate: BoardOutput) => Buffer.byteLength(JSON.stringify(candidate)) <= MOST_BYTES
  if (isSmall(board)) return board
  for (const most of FEWER_POINTS) {
    const meters = board.meters.map(meter => ({ ...meter, recent: downsample(meter.recent, most) }))
    const candidate = { ...board, meters }
    if (isSmall(candidate)) return candidate
  }
  return { ...board, meters: board.meters.map(meter => ({ ...meter, recent: [] })) }
}
