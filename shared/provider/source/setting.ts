import { type Environment, misconfigured } from '../../call'

/**
 * The entries of a setting that are separated by commas or blanks, each once; undefined when it is unset. Throws
 * NOT_CONFIGURED, saying what is allowed, for one without entries or with an entry that does not fit.
 */
export function listSetting(
  environment: Environment,
  variable: string,
  entry: RegExp,
  allowed: { zh: string; en: string },
): string[] | undefined {
  const value = environment.get(variable)
  if (value === undefined) return undefined
  const entries = [...new Set(value.split(/[\s,，]+/).filter(Boolean))]
  if (entries.length === 0 || !entries.every(each => entry.test(each))) throw misconfigured(variable, allowed)
  return entries
}
