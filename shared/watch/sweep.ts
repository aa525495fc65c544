import { addTally, type Call, newTally } from '../call'
import { cloudSdk, sdkErrorMessage } from '../cloud'
import { MINUTE_MS } from '../meter/day'
import { batchesOf } from '../store/collection'
import type { Connection } from '../store/connections'
import { sharedPaces } from '../store/paces'
import { type Run, runs } from '../store/runs'
import { findDue, findDueAmong } from './due'
import { type SweptConnection, sweepConnection } from './sweepConnection'

/** Connections that one invocation reads side by side: one of each provider. More are handed out. */
const CONNECTIONS_PER_RUN = 6
/** How long a request to another invocation gets to leave, TLS and all; its answer is not waited for. */
const HANDOVER_MS = 1000
/** Of what is left then, for the record. */
const RECORD_MS = 300
/** The timer beats every ten minutes; one beat more than that is late. */
const LATE_MS = 15 * MINUTE_MS

const FUNCTION = 'watchQuotas'

export interface SweepInput {
  /** Only these connections; default: all that are due. */
  connections?: string[] | undefined
}

/**
 * Reads what is due: as many connections as one invocation can, the others in further invocations of this function, which
 * it calls. What does not fit the time goes on in another one. A connection that fails, fails alone. Gives back the
 * record that it leaves in `yl_runs`. Throws UPSTREAM_UNAVAILABLE when the database cannot be read.
 */
export async function sweep({ connections: ids }: SweepInput, caller: Call): Promise<Run> {
  const call: Call = { ...caller, paces: sharedPaces(caller) }
  const startedAt = call.clock.now()
  const id = `${startedAt}-${call.requestId}`
  const due = ids ? await findDueAmong(ids, call) : await findDue(call)
  const mine = due.slice(0, CONNECTIONS_PER_RUN)
  const others = due.slice(CONNECTIONS_PER_RUN).map(({ _id }) => _id)
  const handovers = batchesOf(others, CONNECTIONS_PER_RUN).map(batch => handOver(batch, call))
  const sweepOne = async (connection: Connection) => {
    const tally = newTally()
    const one = await sweepConnection(connection, id, { ...call, tally })
    addTally(call.tally, tally)
    return one
  }
  const swept = (await Promise.all(mine.map(sweepOne))).filter(isSwept)
  const unfinished = swept.filter(({ outcome }) => outcome === 'continues').map(one => one.id)
  if (unfinished.length > 0) handovers.push(handOver(unfinished, call))
  const isHandedOver = await haveLeft(handovers, call)
  const run = recordOf({ id, startedAt, mine, swept, isHandedOver }, call)
  await runs(call).insert([run])
  return run
}

/** False when one of them has already failed. */
async function haveLeft(handovers: readonly Promise<boolean>[], { clock, deadline }: Call): Promise<boolean> {
  if (handovers.length === 0) return true
  const wait = Math.max(0, Math.min(HANDOVER_MS, deadline.remaining() - RECORD_MS))
  const failed = handovers.map(async handover => ((await handover) ? new Promise<boolean>(() => {}) : false))
  const answered = Promise.all(handovers).then(all => all.every(Boolean))
  return Promise.race([...failed, answered, clock.sleep(wait).then(() => true)])
}

/** Another invocation of this function; the platform runs it in an instance of its own. False when it cannot be had. */
async function handOver(connections: readonly string[], call: Call): Promise<boolean> {
  try {
    await cloudSdk(call.environment).callFunction({ name: FUNCTION, data: { connections } })
    return true
  } catch (error) {
    // It answers when it has done its work, which the SDK may not wait for.
    if (sdkErrorMessage(error).includes('request timeout')) return true
    // They are due, and the next beat of the timer takes them up.
    call.log('handover-failed', { connections: connections.length })
    return false
  }
}

interface RunSoFar {
  id: string
  startedAt: number
  mine: readonly Connection[]
  swept: readonly SweptConnection[]
  isHandedOver: boolean
}

function recordOf({ id, startedAt, mine, swept, isHandedOver }: RunSoFar, call: Call): Run {
  const endedAt = call.clock.now()
  const isLate = mine.some(({ completeAt, dueAt }) => completeAt !== null && startedAt - dueAt > LATE_MS)
  const degraded = {
    'connection-failed': swept.some(({ outcome }) => outcome === 'failed'),
    interrupted: swept.some(({ wasInterrupted }) => wasInterrupted),
    late: isLate,
    'handover-failed': !isHandedOver,
    'compaction-failed': swept.some(({ isCompactionFailed }) => isCompactionFailed),
  }
  const reasons = Object.keys(degraded) as (keyof typeof degraded)[]
  return {
    _id: id,
    startedAt,
    endedAt,
    connections: swept.map(({ id, outcome, readings, changed, code }) => ({ id, outcome, readings, changed, code })),
    readings: sum(swept.map(({ readings }) => readings)),
    changed: sum(swept.map(({ changed }) => changed)),
    failed: swept.filter(({ outcome }) => outcome === 'failed').length,
    upstreamCalls: call.tally.upstreamCalls,
    databaseReads: call.tally.databaseReads,
    // This record is one more.
    databaseWrites: call.tally.databaseWrites + 1,
    ms: endedAt - startedAt,
    degraded: reasons.filter(reason => degraded[reason]),
  }
}

function isSwept(one: SweptConnection | undefined): one is SweptConnection {
  return one !== undefined
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
