import type { Call } from '../call'
import { cloudDatabase } from '../cloud'
import type { Standing } from '../meter/reading'
import { command } from '../store/collection'
import type { BoardInput } from './types'

/** What time alone turns into `stale`. */
const AGEING: readonly Standing[] = ['current', 'failing']

/**
 * The filter as a condition on the stored meters. Those of the outdated connections (their ids) count as `stale` as soon
 * as they age, whatever is stored.
 */
export function meterCondition(filter: BoardInput, outdated: readonly string[], call: Call): object {
  const _ = command(call)
  const { provider, level, standing, text } = filter
  const conditions: object[] = []
  const fresh = outdated.length > 0 ? [{ connection: _.nin(outdated) }] : []
  if (provider !== undefined) conditions.push({ provider })
  if (level !== undefined) conditions.push({ standing: 'current', level }, ...fresh)
  if (standing === 'stale') {
    const aged = { connection: _.in(outdated), standing: _.in(AGEING) }
    conditions.push(outdated.length > 0 ? _.or([{ standing }, aged]) : { standing })
  } else if (standing !== undefined) {
    conditions.push({ standing }, ...(AGEING.includes(standing) ? fresh : []))
  }
  if (text !== undefined) {
    const regexp = cloudDatabase(call.environment).RegExp({ regexp: escaped(text), options: 'i' })
    conditions.push(_.or([{ key: regexp }, { 'title.zh': regexp }, { 'title.en': regexp }]))
  }
  const [first = {}, ...others] = conditions
  return others.length > 0 ? _.and(conditions) : first
}

/** As a regular expression that matches exactly this. */
function escaped(text: string): string {
  return text.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
