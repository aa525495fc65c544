import { Refusal } from '../upstream'

export type Parameters = Record<string, unknown>

/** The body as an object of parameters. */
export function parseParameters(body: Buffer): Parameters {
  try {
    return asObject(JSON.parse(body.toString('utf8')), 'body')
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('InvalidParameter', 'The request body is not JSON.')
  }
}

/** Refuses parameters that the API does not have. */
export function allowOnly(parameters: Parameters, known: readonly string[], path = ''): void {
  const unknown = Object.keys(parameters).find(name => !known.includes(name))
  if (unknown) throw new Refusal('UnknownParameter', `The parameter \`${path}${unknown}\` is not recognized.`)
}

export function required(parameters: Parameters, name: string, path = ''): unknown {
  const value = parameters[name]
  if (value !== undefined) return value
  throw new Refusal('MissingParameter', `The request is missing a required parameter \`${path}${name}\`.`)
}

export function asObject(value: unknown, name: string): Parameters {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Parameters
  throw wrongType(name, 'an object')
}

export function asString(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw wrongType(name, 'a string')
}

export function asInteger(value: unknown, name: string): number {
  if (Number.isSafeInteger(value)) return value as number
  throw wrongType(name, 'an integer')
}

function wrongType(name: string, type: string): Refusal {
  return new Refusal('InvalidParameter', `The value of \`${name}\` is not ${type}.`)
}
