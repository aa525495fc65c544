import { type Call, CallError, overlaid, text } from '../call'
import { PROVIDERS, type ProviderName, type Source, sourceOf } from '../provider/source'
import type { Connection } from '../store/connections'
import { isOfEnvironment, OF_ENVIRONMENT, secretsOf } from './secrets'

export interface NewConnection {
  id: string
  provider: ProviderName
  /** Empty for a connection of the environment. */
  name: string
  intervalMinutes: number
  sealed: string | null
  settings: Record<string, string>
  dueAt: number
}

/** The document of a connection that has never been read. */
export function newConnection({ id, ...given }: NewConnection): Connection {
  return {
    _id: id,
    ...given,
    enabled: true,
    holder: null,
    round: null,
    memory: null,
    completeAt: null,
    meters: 0,
    counts: {},
    missing: 0,
    markedDay: null,
    failures: 0,
    failingSince: null,
    failure: null,
  }
}

export function environmentConnectionId(provider: ProviderName): string {
  return `${OF_ENVIRONMENT}${provider}`
}

/** The providers that the function's own environment has credentials for. */
export function configuredProviders({ environment }: Call): ProviderName[] {
  return PROVIDERS.filter(provider => sourceOf(provider).isConfigured(environment))
}

/** Where the connection's meters come from. Throws INTERNAL for a provider that this version does not know. */
export function sourceFor({ _id, provider }: Connection): Source {
  const known = PROVIDERS.find(name => name === provider)
  if (known) return sourceOf(known)
  throw new CallError(
    'INTERNAL',
    text(
      `连接 ${_id} 的 provider 不是本版本所知的。请升级，或删除该连接。`,
      `The provider of connection ${_id} is not known to this version. Upgrade, or remove the connection.`,
    ),
  )
}

/**
 * The call as this connection makes it: under its own variables, none of the function's own mixed in; as it is for a
 * connection of the environment. Throws NOT_CONFIGURED when its credentials cannot be opened.
 */
export function callFor(connection: Connection, call: Call): Call {
  if (isOfEnvironment(connection)) return call
  const { variables } = sourceFor(connection)
  const secrets = secretsOf(connection, call)
  const names = [...variables.secret, ...variables.plain]
  return { ...call, environment: overlaid(call.environment, names, { ...connection.settings, ...secrets }) }
}
