import * as v from 'valibot'
import { type Call, CallError, text } from '../call'
import { command } from '../store/collection'
import { type Connection, connectionSchema, connections } from '../store/connections'
import { meterSchema, meters } from '../store/meters'
import { sharedPaces } from '../store/paces'
import { removeLeftovers } from './compaction'
import { callFor, sourceFor } from './connections'
import { fromJson } from './json'
import { type ChunkResult, recordChunk } from './record/chunk'

/** A meter is read at most once in this time, however many ask. */
const REFRESH_MS = 30_000

const { _id, connection, key, refreshedAt } = meterSchema.entries
const targetSchema = v.object({ _id, connection, key, refreshedAt })

/**
 * Reads one meter now and records it. `refreshed` is false when somebody did so in the last 30 s: then the meter is as
 * recent as it gets. Throws NOT_FOUND for an unknown meter, or one that the upstream no longer names, NOT_APPLICABLE when
 * its connection is switched off, upstream errors.
 */
export async function refreshMeter(meterId: string, call: Call): Promise<{ refreshed: boolean }> {
  const [meter] = await meters(call).find(targetSchema, { where: { _id: meterId } })
  if (!meter) throw notFound()
  const [connection] = await connections(call).find(connectionSchema, { where: { _id: meter.connection } })
  if (!connection) throw notFound()
  if (!connection.enabled) throw switchedOff()
  const now = call.clock.now()
  const claim = { _id: meterId, refreshedAt: command(call).lte(now - REFRESH_MS) }
  if ((await meters(call).update(claim, { refreshedAt: now })) === 0) return { refreshed: false }

  const { _id, provider, completeAt, memory } = connection
  const context = { connection: _id, provider, completeAt, isUnsure: true }
  const paced = { ...callFor(connection, call), paces: sharedPaces(call) }
  try {
    const reading = await sourceFor(connection).readOne(meter.key, { memory: fromJson(memory) }, paced)
    await recount(connection, await recordChunk([reading], context, call), call)
    // The connection may have been removed while the upstream was asked: then nothing of it must come back.
    await removeLeftovers(_id, call)
  } catch (error) {
    // It has not been read: whoever asks next may try. Should this fail, too, they wait for 30 s.
    const giveBack = meters(call).update({ _id: meterId, refreshedAt: now }, { refreshedAt: meter.refreshedAt })
    await giveBack.catch(() => undefined)
    throw error
  }
  return { refreshed: true }
}

/** Moves the meter from one of the board's counts to another; the next round counts anew. */
async function recount({ _id }: Connection, { counts, countsBefore, found }: ChunkResult, call: Call): Promise<void> {
  const [after] = Object.keys(counts)
  const [before] = Object.keys(countsBefore)
  if (after === undefined || before === undefined || after === before) return
  const _ = command(call)
  await connections(call).update(
    { _id, [`counts.${before}`]: _.gte(1), missing: _.gte(found) },
    { [`counts.${before}`]: _.inc(-1), [`counts.${after}`]: _.inc(1), missing: _.inc(-found) },
  )
}

function switchedOff(): CallError {
  return new CallError(
    'NOT_APPLICABLE',
    text('该连接已停用，不再读取。', 'This connection is switched off and is not read.'),
  )
}

function notFound(): CallError {
  return new CallError('NOT_FOUND', text('没有这个额度，请刷新列表。', 'There is no such meter. Reload the board.'))
}
