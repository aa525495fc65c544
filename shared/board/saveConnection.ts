import { isDeepStrictEqual } from 'node:util'
import { type Call, CallError, text } from '../call'
import { MINUTE_MS } from '../meter/day'
import { type Connection, connections } from '../store/connections'
import { connectionView, needConnection } from './connectionView'
import { draftOf } from './draft'
import type { SaveConnectionInput, SaveConnectionOutput } from './types'

/**
 * Makes a connection, or changes one. Throws NOT_FOUND for an unknown id, INVALID_ARGUMENT for what this connection
 * cannot have, CONFLICT when somebody else has changed it in the meantime, NOT_CONFIGURED without a key for secrets.
 */
export async function saveConnection(input: SaveConnectionInput, call: Call): Promise<SaveConnectionOutput> {
  const stored = input.id === undefined ? undefined : await needConnection(input.id, call)
  const draft = draftOf(input, stored, call)
  if (!stored) {
    await connections(call).insert([draft])
    return { connection: connectionView(draft, call) }
  }
  const changes = changesOf(stored, draft, call)
  await replace(stored, changes, call)
  return { connection: connectionView({ ...stored, ...changes }, call) }
}

/** What the draft has otherwise, and what follows from it for the schedule. */
function changesOf(stored: Connection, draft: Connection, call: Call): Partial<Connection> {
  const now = call.clock.now()
  const differing = Object.entries(draft).filter(([field, value]) => {
    return !isDeepStrictEqual(value, stored[field as keyof Connection])
  })
  const changes: Partial<Connection> = Object.fromEntries(differing)
  // Another account, perhaps: nothing of the old one's round is of use, and whoever reads it now must not go on.
  if ('sealed' in changes || 'settings' in changes) {
    return { ...changes, dueAt: now, holder: null, round: null, memory: null }
  }
  // A shorter interval counts from now, unless somebody is reading it and will say when it is due next.
  const soonest = now + draft.intervalMinutes * MINUTE_MS
  return stored.holder === null && soonest < stored.dueAt ? { ...changes, dueAt: soonest } : changes
}

async function replace(stored: Connection, changes: Partial<Connection>, call: Call): Promise<void> {
  if (Object.keys(changes).length === 0) return
  const { _id, sealed, dueAt, holder } = stored
  // Who only moves the due time must not cut short a lease that was taken in the meantime.
  const movesDueOnly = 'dueAt' in changes && !('holder' in changes)
  const unchanged = { _id, sealed, ...(movesDueOnly && { dueAt, holder }) }
  if ((await connections(call).update(unchanged, changes)) === 1) return
  throw new CallError(
    'CONFLICT',
    text(
      '此连接刚被他人更改。请刷新后再试。',
      'Somebody else has just changed this connection. Reload it and try again.',
    ),
  )
}
