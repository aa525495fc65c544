import * as v from 'valibot'
import type { Call } from '../call'
import { PROVIDERS, sourceOf } from '../provider/source'
import { connectionSchema, connections } from '../store/connections'
import { connectionView } from './connectionView'
import type { ConnectionsOutput } from './types'

const MOST = 1000

/** All but the round and the memory, which may be large and tell an administrator nothing. */
const { round, memory, ...listed } = connectionSchema.entries
const listedSchema = v.object(listed)

/** Every connection, and what a new one may set. Throws UPSTREAM_UNAVAILABLE when the database cannot answer. */
export async function listConnections(call: Call): Promise<ConnectionsOutput> {
  const found = await connections(call).find(listedSchema, { where: {}, orderBy: [['_id', 'asc']], limit: MOST })
  return {
    connections: found.map(connection => connectionView(connection, call)),
    providers: PROVIDERS.map(provider => {
      const { intervalMinutes, variables } = sourceOf(provider)
      return { provider, intervalMinutes, secrets: [...variables.secret], settings: [...variables.plain] }
    }),
  }
}
