import * as v from 'valibot'
import type { Call } from '../call'
import type { Connection } from '../store/connections'
import { sealerFrom } from '../store/seal'

const variablesSchema = v.record(v.string(), v.string())

/** How the id of a connection begins that the function's own environment configures. */
export const OF_ENVIRONMENT = 'env-'

/** Whether it reads with the credentials of the function's own environment. */
export function isOfEnvironment({ _id }: Pick<Connection, '_id'>): boolean {
  return _id.startsWith(OF_ENVIRONMENT)
}

/** The secret variables in the clear, for as long as a call takes. Throws NOT_CONFIGURED when they cannot be opened. */
export function secretsOf({ _id, sealed }: Pick<Connection, '_id' | 'sealed'>, call: Call): Record<string, string> {
  if (sealed === null) return {}
  const secrets = v.parse(variablesSchema, JSON.parse(sealerFrom(call.environment).open(sealed, _id)))
  for (const secret of Object.values(secrets)) call.environment.conceal(secret)
  return secrets
}

/** For the document; null when there are none. Throws NOT_CONFIGURED without a usable key. */
export function sealedSecrets(id: string, secrets: Record<string, string>, call: Call): string | null {
  if (Object.keys(secrets).length === 0) return null
  return sealerFrom(call.environment).seal(JSON.stringify(secrets), id)
}
