import * as v from 'valibot'
import { type Call, CallError, text } from '../call'
import { command } from '../store/collection'
import { type Connection, connectionSchema, connections } from '../store/connections'
import { meters } from '../store/meters'
import { sharedPaces } from '../store/paces'
import { callFor, sourceFor } from './connections'
import { fromJson } from './json'
import { type ChunkResult, recordChunk } from './record/chunk'

/** A meter is read at most once in this time, however many ask. */
const REFRESH_MS = 30_000

const targetSchema = v.object({ _id: v.string(), connection: v.string(), key: v.string() })

/**
 * Reads one meter now and records it. `refreshed` is false when somebody did so in the last 30 s: then the meter is as
 * recent as it gets. Throws NOT_FOUND for an unknown meter, or one that the upstream no longer names, upstream errors.
 */
export async function refreshMeter(meterId: string, call: Call): Promise<{ refreshed: boolean }> {
  const [meter] = await meters(call).find(targetSchema, { where: { _id: meterId } })
  if (!meter) throw notFound()
  const [connection] = await connections(call).find(connectionSchema, { where: { _id: meter.connection } })
  if (!connection) throw notFound()
  const now = call.clock.now()
  const claim = { _id: meterId, refreshedAt: command(call).lte(now - REFRESH_MS) }
  if ((await meters(call).update(claim, { refreshedAt: now })) === 0) return { refreshed: false }

  const paced = { ...callFor(connection, call), paces: sharedPaces(call) }
  const reading = await sourceFor(connection).readOne(meter.key, { memory: fromJson(connection.memory) }, paced)
  const { _id, provider, completeAt } = connection
  const context = { connection: _id, provider, completeAt, isUnsure: true }
  await recount(connection, await recordChunk([reading], context, call), call)
  return { refreshed: true }
}

/** Moves the meter from one of the board's counts to another; the next round counts anew. */
async function recount({ _id }: Connection, { counts, countsBefore }: ChunkResult, call: Call): Promise<void> {
  const [after] = Object.keys(counts)
  const [before] = Object.keys(countsBefore)
  if (after === undefined || before === undefined || after === before) return
  const _ = command(call)
  await connections(call).update(
    { _id, [`counts.${before}`]: _.gte(1) },
    { [`counts.${before}`]: _.inc(-1), [`counts.${after}`]: _.inc(1) },
  )
}

function notFound(): CallError {
  return new CallError('NOT_FOUND', text('没有这个额度，请刷新列表。', 'There is no such meter. Reload the board.'))
}
