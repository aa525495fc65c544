import type { Call } from '../call'
import { type ProviderName, sourceOf } from '../provider/source'
import { BATCH, command } from '../store/collection'
import { type Connection, connectionSchema, connections } from '../store/connections'
import { configuredProviders, environmentConnectionId, newConnection } from './connections'

/** The connections that are due, the longest due first; those of the environment come to be here. */
export async function findDue(call: Call): Promise<Connection[]> {
  const _ = command(call)
  const now = call.clock.now()
  const configured = configuredProviders(call)
  const own = { _id: _.in(configured.map(environmentConnectionId)) }
  const found = await findAll(_.or([own, { enabled: true, dueAt: _.lte(now) }]), call)
  const known = new Set(found.map(({ _id }) => _id))
  const missing = configured.filter(provider => !known.has(environmentConnectionId(provider)))
  const fresh = missing.map(provider => environmentConnection(provider, now))
  // Another run may have been faster: then they are taken from it at the next beat.
  if (fresh.length > 0 && (await connections(call).insert(fresh)) === 'exists') {
    for (const connection of fresh) await connections(call).insert([connection])
  }
  return [...found, ...fresh].filter(({ enabled, dueAt }) => enabled && dueAt <= now)
}

/** These connections, those of them that are due. */
export async function findDueAmong(ids: readonly string[], call: Call): Promise<Connection[]> {
  const now = call.clock.now()
  const found = await findAll({ _id: command(call).in(ids) }, call)
  return found.filter(({ enabled, dueAt }) => enabled && dueAt <= now)
}

async function findAll(where: object, call: Call): Promise<Connection[]> {
  const found: Connection[] = []
  for (;;) {
    const page = await connections(call).find(connectionSchema, {
      where,
      orderBy: [
        ['dueAt', 'asc'],
        ['_id', 'asc'],
      ],
      skip: found.length,
    })
    found.push(...page)
    if (page.length < BATCH) return found
  }
}

function environmentConnection(provider: ProviderName, now: number): Connection {
  return newConnection({
    id: environmentConnectionId(provider),
    provider,
    name: '',
    intervalMinutes: sourceOf(provider).intervalMinutes,
    sealed: null,
    settings: {},
    dueAt: now,
  })
}
