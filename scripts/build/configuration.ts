import { readFileSync } from 'node:fs'
import * as v from 'valibot'

const triggerSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z][\w-]{0,59}$/)),
  type: v.literal('timer'),
  config: v.pipe(v.string(), v.regex(/^\S+( \S+){6}$/, 'a cron expression of seven fields')),
})

const configurationSchema = v.strictObject({
  permissions: v.strictObject({ openapi: v.array(v.pipe(v.string(), v.regex(/^\w+\.\w+$/))) }),
  // The platform takes one trigger per function and ignores the rest without a word.
  triggers: v.optional(v.pipe(v.array(triggerSchema), v.maxLength(1))),
})

export type Configuration = v.InferOutput<typeof configurationSchema>

/** A function's config.json. Throws, naming the file, when the platform would not take it as meant. */
export function readConfiguration(path: string): Configuration {
  const result = v.safeParse(configurationSchema, JSON.parse(readFileSync(path, 'utf8')))
  if (result.success) return result.output
  const problems = result.issues.map(issue => `${v.getDotPath(issue) ?? 'file'}: ${issue.message}`)
  throw new Error(`${path}: ${problems.join('; ')}`)
}

/** Throws unless config.json declares exactly the cloud calls that the bundled code makes. */
export function comparePermissions(name: string, { permissions }: Configuration, sources: string[]): void {
  const calls = new Set(sources.flatMap(source => [...source.matchAll(/\bapi: '(\w+\.\w+)'/g)].map(match => match[1])))
  const declared = new Set<string | undefined>(permissions.openapi)
  const missing = [...calls].filter(api => !declared.has(api))
  const unused = [...declared].filter(api => !calls.has(api))
  if (missing.length > 0)
    throw new Error(`${name}/config.json does not declare ${missing.join(', ')}, which the code calls`)
  if (unused.length > 0)
    throw new Error(`${name}/config.json declares ${unused.join(', ')}, which the code does not call`)
}
