import { type Call, CallError, text } from '../call'
import { type Connection, connectionSchema, connections } from '../store/connections'
import { isOfEnvironment, secretsOf } from '../watch'
import { failureNotice } from './degraded'
import type { ConnectionView } from './types'

/** The connection as an administrator sees it: of its secrets the names only. */
export function connectionView(connection: Omit<Connection, 'round' | 'memory'>, call: Call): ConnectionView {
  const { _id, provider, name, intervalMinutes, enabled, settings } = connection
  const { completeAt, dueAt, failures, failure, meters, counts } = connection
  return {
    id: _id,
    provider,
    name,
    intervalMinutes,
    enabled,
    source: isOfEnvironment(connection) ? 'environment' : 'own',
    secrets: namesOf(connection, call),
    settings,
    completeAt,
    dueAt,
    failures,
    failure: failureNotice(failure, call.language),
    meters,
    counts,
  }
}

/** One that cannot be opened must not hide the others: it is what has to be mended. */
function namesOf(connection: Pick<Connection, '_id' | 'sealed'>, call: Call): string[] | null {
  try {
    return Object.keys(secretsOf(connection, call)).sort()
  } catch (error) {
    if (error instanceof CallError && error.code === 'NOT_CONFIGURED') return null
    throw error
  }
}

/** Throws NOT_FOUND. */
export async function needConnection(id: string, call: Call): Promise<Connection> {
  const [connection] = await connections(call).find(connectionSchema, { where: { _id: id }, limit: 1 })
  if (connection) return connection
  throw new CallError(
    'NOT_FOUND',
    text(
      '没有这个连接，可能已被移除。请刷新列表。',
      'There is no such connection; it may have been removed. Reload the list.',
    ),
  )
}
