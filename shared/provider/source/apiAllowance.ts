import * as v from 'valibot'
import { type Environment, notConfigured } from '../../call'
import { dayAt, nextDayStart } from '../../meter/day'
import type { Reading } from '../../meter/reading'
import { type ApiAllowance, readApiAllowance } from '../apiAllowance'
import { noSuchMeter } from './noSuchMeter'
import { readEach } from './readEach'
import { listSetting } from './setting'
import type { Source } from './source'

const PATHS = 'WECHAT_API_PATHS'
const TOKEN = 'WECHAT_AUTHORIZER_ACCESS_TOKEN'
const PATH = /^(\/[\w.-]+){2,}$/

/** How often the APIs in WECHAT_API_PATHS may still be called today: one call for each. */
export const apiAllowance: Source = {
  intervalMinutes: 60,
  variables: { secret: [TOKEN], plain: [PATHS] },
  isConfigured: environment => environment.get(PATHS) !== undefined && environment.get(TOKEN) !== undefined,

  async *read({ from, mayRequest }, call) {
    const paths = pathsFrom(call.environment)
    const rest = pathsAfter(from, paths)
    const now = call.clock.now()
    const outcomes = await readEach(rest, mayRequest, path => readApiAllowance(path, call), call)
    if (outcomes.length === 0) return
    const failures = outcomes.flatMap(outcome => ('error' in outcome ? [outcome.error] : []))
    // It is not about single paths.
    if (failures[0] && failures.length === outcomes.length) throw failures[0]
    const readings = outcomes.map(outcome => readingOf(outcome.item, 'result' in outcome ? outcome.result : null, now))
    yield { readings, ...(outcomes.length < rest.length && { next: { left: rest.slice(outcomes.length) } }) }
  },

  async readOne(key, _options, call) {
    if (!pathsFrom(call.environment).includes(key)) throw noSuchMeter()
    const now = call.clock.now()
    return readingOf(key, await readApiAllowance(key, call), now)
  },
}

function pathsFrom(environment: Environment): string[] {
  const paths = listSetting(environment, PATHS, PATH, {
    zh: '以逗号分隔的接口路径，例如 /wxa/queryquota',
    en: 'paths of APIs such as /wxa/queryquota, separated by commas',
  })
  if (!paths) throw notConfigured(PATHS)
  return paths
}

const placeSchema = v.strictObject({ left: v.pipe(v.array(v.string()), v.minLength(1)) })

/** Those that an earlier step left; all of them when the setting is no longer what it was. */
function pathsAfter(from: unknown, paths: string[]): string[] {
  if (!v.is(placeSchema, from)) return paths
  const left = paths.slice(-from.left.length)
  return JSON.stringify(left) === JSON.stringify(from.left) ? left : paths
}

/** Null: it could not be read. */
function readingOf(path: string, allowance: ApiAllowance | null, now: number): Reading {
  const known = allowance?.standing === 'current' ? allowance : undefined
  return {
    key: path,
    at: now,
    title: { zh: path, en: path },
    kind: 'allowance',
    unit: 'calls',
    value: known ? String(known.remain) : null,
    limit: known ? String(known.dailyLimit) : null,
    standing: allowance?.standing ?? 'no-data',
    period: dayAt(now),
    resetsAt: nextDayStart(now),
    returned: null,
  }
}
