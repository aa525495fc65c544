import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The platform's rule for a function's name; also what keeps a name from leaving the folder. */
const NAME = /^[A-Za-z][\w-]*$/

/** One timer of a function. */
export interface Trigger {
  name: string
  /** Seven fields of cron. */
  config: string
}

/** The functions that are built in one folder, and what their config.json says. */
export interface Configuration {
  functionNames(): string[]
  /** The cloud calls that the function may make. Throws when its config.json is not valid. */
  permissions(functionName: string): string[]
  /** When the function runs by itself: none or one. Throws when its config.json is not valid. */
  triggers(functionName: string): Trigger[]
  /** The function's code, or undefined when there is no such function. */
  entryOf(functionName: string): string | undefined
}

export function openConfiguration(functionsDirectory: string): Configuration {
  const entryOf = (functionName: string) => {
    if (!NAME.test(functionName)) return undefined
    // Absolute, because the instance runs in the function's folder.
    const entry = resolve(functionsDirectory, functionName, 'index.js')
    return existsSync(entry) ? entry : undefined
  }
  const read = <T>(functionName: string, part: (file: string) => T[]) => {
    if (!entryOf(functionName)) return []
    const file = join(functionsDirectory, functionName, 'config.json')
    return existsSync(file) ? part(file) : []
  }
  return {
    functionNames: () => readdirSync(functionsDirectory).filter(entryOf).sort(),
    permissions: functionName => read(functionName, openapiPermissions),
    triggers: functionName => read(functionName, timerTriggers),
    entryOf,
  }
}

function openapiPermissions(file: string): string[] {
  const openapi = field(field(parse(file), 'permissions', file), 'openapi', file) ?? []
  if (!Array.isArray(openapi) || !openapi.every(name => typeof name === 'string')) {
    throw new Error(`${file}: permissions.openapi must be a list of names`)
  }
  return openapi
}

/** The platform's rules: one trigger, a timer, a name like a function's of at most 60 characters. */
function timerTriggers(file: string): Trigger[] {
  const triggers = field(parse(file), 'triggers', file) ?? []
  if (!Array.isArray(triggers) || triggers.length > 1)
    throw new Error(`${file}: triggers must be a list of at most one`)
  return triggers.map((trigger: unknown) => {
    const name = field(trigger, 'name', file)
    const config = field(trigger, 'config', file)
    if (field(trigger, 'type', file) !== 'timer') throw new Error(`${file}: a trigger's type must be "timer"`)
    if (typeof name !== 'string' || !NAME.test(name) || name.length > 60) {
      throw new Error(`${file}: a trigger's name must begin with a letter and have at most 60 letters, digits, _ or -`)
    }
    if (typeof config !== 'string') throw new Error(`${file}: a trigger's config must be text`)
    return { name, config }
  })
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function field(value: unknown, key: string, file: string): unknown {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${file}: what holds "${key}" must be an object`)
  }
  return (value as Record<string, unknown>)[key]
}
