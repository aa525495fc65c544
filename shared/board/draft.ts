import { randomUUID } from 'node:crypto'
import { type Call, CallError, type FieldProblem, invalidArgument, text } from '../call'
import { sourceOf } from '../provider/source'
import type { Connection } from '../store/connections'
import { isOfEnvironment, newConnection, sealedSecrets, secretsOf } from '../watch'
import type { SaveConnectionInput } from './types'

/**
 * The connection as it would be after saving, a new one under a new id. Throws INVALID_ARGUMENT naming a variable that
 * the provider does not take, NOT_CONFIGURED when secrets are given and there is no key to seal them.
 */
export function draftOf(input: SaveConnectionInput, stored: Connection | undefined, call: Call): Connection {
  checkVariables(input)
  return stored ? changed(input, stored, call) : created(input, call)
}

function created(input: SaveConnectionInput, call: Call): Connection {
  const { provider, name, intervalMinutes = sourceOf(provider).intervalMinutes, settings = {}, enabled = true } = input
  const id = randomUUID()
  const sealed = sealedSecrets(id, merged({}, input.secrets, call), call)
  const given = { id, provider, name, intervalMinutes, sealed, settings, dueAt: call.clock.now() }
  return { ...newConnection(given), enabled }
}

function changed(input: SaveConnectionInput, stored: Connection, call: Call): Connection {
  checkChange(input, stored)
  const { name, intervalMinutes = stored.intervalMinutes, enabled = stored.enabled, settings = stored.settings } = input
  const connection = { ...stored, name, intervalMinutes, enabled, settings }
  const { secrets = {} } = input
  if (isEmpty(secrets)) return connection
  return { ...connection, sealed: sealedSecrets(stored._id, merged(opened(input, stored, call), secrets, call), call) }
}

/** What is there already; nothing when all of it is being replaced, so that a lost key can be got over. */
function opened({ provider, secrets = {} }: SaveConnectionInput, stored: Connection, call: Call) {
  try {
    return secretsOf(stored, call)
  } catch (error) {
    const replacesAll = sourceOf(provider).variables.secret.every(name => Object.hasOwn(secrets, name))
    if (error instanceof CallError && error.code === 'NOT_CONFIGURED' && replacesAll) return {}
    throw error
  }
}

function merged(kept: Record<string, string>, given: Record<string, string> = {}, { environment }: Call) {
  for (const secret of Object.values(given)) if (secret !== '') environment.conceal(secret)
  return Object.fromEntries(Object.entries({ ...kept, ...given }).filter(([, secret]) => secret !== ''))
}

/** Only what the provider's source asks for: another variable would have no effect, or one nobody meant. */
function checkVariables({ provider, secrets = {}, settings = {} }: SaveConnectionInput): void {
  const { secret, plain } = sourceOf(provider).variables
  const problems = [...unknownIn('secrets', secrets, secret), ...unknownIn('settings', settings, plain)]
  if (problems.length > 0) throw invalidArgument(problems)
}

function unknownIn(path: string, given: Record<string, string>, known: readonly string[]): FieldProblem[] {
  const list = known.join(', ')
  const message =
    known.length > 0
      ? text(`没有这个变量；可用的有：${list}`, `is not a variable of this provider; known are: ${list}`)
      : text('此类连接没有这样的变量', 'is not a variable of this provider; it has none here')
  return Object.keys(given)
    .filter(name => !known.includes(name))
    .map(name => ({ path: `${path}.${name}`, message }))
}

function checkChange({ provider, secrets = {}, settings = {} }: SaveConnectionInput, stored: Connection): void {
  const problems: FieldProblem[] = []
  if (provider !== stored.provider) {
    const message = text('不可更改；请另建连接', 'cannot be changed; make another connection')
    problems.push({ path: 'provider', message })
  }
  if (isOfEnvironment(stored)) {
    const message = text(
      '此连接使用云函数的环境变量，请在云开发控制台更改',
      "cannot be set here: this connection uses the function's environment variables, which the cloud console changes",
    )
    if (!isEmpty(secrets)) problems.push({ path: 'secrets', message })
    if (!isEmpty(settings)) problems.push({ path: 'settings', message })
  }
  if (problems.length > 0) throw invalidArgument(problems)
}

function isEmpty(variables: Record<string, string>): boolean {
  return Object.keys(variables).length === 0
}
