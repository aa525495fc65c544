import type { LocalCloud } from '../cloud'
import { Refusal } from '../gateway/database'

interface Clockwork {
  timers: Pick<LocalCloud['timers'], 'next'>
  gateway: { database: Pick<LocalCloud['gateway']['database'], 'find'> }
}

/**
 * When the function's timer will next find something to read: its first beat at or after the moment at which an enabled
 * connection is due; the next beat when there is none.
 */
export function nextSweep({ timers, gateway: { database } }: Clockwork, functionName: string): Date {
  return timers.next(functionName, earliestDue(database))
}

function earliestDue(database: Clockwork['gateway']['database']): number | undefined {
  try {
    const request = { collection: 'yl_connections', query: { enabled: true }, order: { dueAt: 1 }, limit: 1 }
    const [first] = database.find(request).documents
    return first && Number(first['dueAt'])
  } catch (error) {
    // No sweep has come far enough to make it.
    if (error instanceof Refusal && error.code === 'DATABASE_COLLECTION_NOT_EXIST') return undefined
    throw error
  }
}
