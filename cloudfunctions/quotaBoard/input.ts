import * as v from 'valibot'
import type { Action } from '../../shared/board'
import { exactly, flag, name, oneOf, says, wholeNumber } from '../../shared/function'
import { isDay, monthsBefore } from '../../shared/meter/day'
import { PROVIDERS } from '../../shared/provider/source'

const LAST_PAGE = 10_000
const MOST_MONTHS = 25
/** Nobody has read a meter before. */
const FIRST_DAY = '20000101'
const MOST_VARIABLES = 20
const WEEK_MINUTES = 7 * 24 * 60

const page = v.optional(wholeNumber(0, LAST_PAGE))
const id = name(64)
const meter = name(300)
const provider = oneOf(PROVIDERS)

const day = v.pipe(
  v.string(dayMessage()),
  v.check(value => isDay(value) && value >= FIRST_DAY, dayMessage()),
)

function dayMessage() {
  return says('应为 2000 年以后存在的日期，格式 yyyymmdd', 'must be a date that exists, since 2000, as yyyymmdd')
}

const range = { meter, from: day, to: day }

/** Refuses a range that ends before it begins, or is longer than what is kept. */
function checkRange<Range extends { from: string; to: string }>() {
  return v.rawCheck<Range>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const { from, to } = dataset.value
    const wrong = (key: string, message: ReturnType<typeof says>) => {
      addIssue({ message, path: [{ type: 'object', origin: 'value', input: {}, key, value: undefined }] })
    }
    if (to < from) wrong('to', says('不可早于 from', 'must not be before from'))
    else if (from < monthsBefore(to, MOST_MONTHS)) {
      wrong('from', says(`与 to 相距不可超过 ${MOST_MONTHS} 个月`, `must be at most ${MOST_MONTHS} months before to`))
    }
  })
}

/** Part of a name; a regular expression is made of it, which no control character may get into. */
const text = v.pipe(
  name(50),
  v.check(value => !/\p{Cc}/u.test(value), says('不可含控制字符', 'must not hold control characters')),
)

/** Values by variable; which variables there are is for the provider to say. */
function variables<const Value extends v.GenericSchema<string, string>>(value: Value) {
  const message = says(
    `应为至多 ${MOST_VARIABLES} 个变量的对象`,
    `must be an object of at most ${MOST_VARIABLES} variables`,
  )
  return v.pipe(
    v.custom<object>(given => typeof given === 'object' && given !== null && !Array.isArray(given), message),
    v.check(given => Object.keys(given).length <= MOST_VARIABLES, message),
    checkNames(),
    v.record(v.string(), value),
  )
}

/** Names that `v.record` leaves out without a word. */
const NO_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype']

function checkNames() {
  return v.rawCheck<object>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const message = says('不可用作变量名', 'must not be the name of a variable')
    for (const key of Object.keys(dataset.value).filter(key => NO_NAMES.includes(key))) {
      addIssue({ message, path: [{ type: 'object', origin: 'key', input: {}, key, value: undefined }] })
    }
  })
}

const secret = v.pipe(
  v.string(secretMessage()),
  v.check(value => value === '' || (value.trim() !== '' && value.length <= 4000), secretMessage()),
)

function secretMessage() {
  return says(
    '应为 1 至 4000 个字符且非空白的字符串，或空字符串（删除）',
    'must be a string of 1 to 4000 characters, not blank, or empty to remove it',
  )
}

const connection = {
  id: v.optional(id),
  provider,
  name: name(60),
  intervalMinutes: v.optional(wholeNumber(1, WEEK_MINUTES)),
  enabled: v.optional(flag()),
  secrets: v.optional(variables(secret)),
  settings: v.optional(variables(name(4000))),
}

const action = <const Name extends Action>(name: Name) => ({ action: v.literal(name) })

const savedTest = exactly({ ...action('testConnection'), id })
const draftTest = exactly({ ...action('testConnection'), ...connection })

const INPUTS = {
  board: exactly({
    ...action('board'),
    provider: v.optional(provider),
    level: v.optional(oneOf(['ok', 'low', 'critical', 'exhausted'])),
    standing: v.optional(oneOf(['current', 'stale', 'no-data', 'not-applicable', 'not-granted', 'failing'])),
    text: v.optional(text),
    page,
  }),
  history: v.pipe(exactly({ ...action('history'), ...range }), checkRange()),
  refresh: exactly({ ...action('refresh'), meter }),
  export: v.pipe(exactly({ ...action('export'), ...range, rows: oneOf(['days', 'points']) }), checkRange()),
  connections: exactly(action('connections')),
  saveConnection: exactly({ ...action('saveConnection'), ...connection }),
  testConnection: v.lazy(input =>
    keysOf(input).every(key => key === 'action' || key === 'id') ? savedTest : draftTest,
  ),
  removeConnection: exactly({ ...action('removeConnection'), id }),
  members: exactly({ ...action('members'), page }),
  saveMember: exactly({ ...action('saveMember'), openid: id, role: oneOf(['admin', 'viewer', 'none']) }),
  runs: exactly({ ...action('runs'), page }),
  removeMyData: exactly(action('removeMyData')),
} satisfies Record<Action, v.GenericSchema>

/** Never passes: it is for an action that is none of these. */
const unknownAction = v.pipe(
  v.custom<never>(() => true),
  v.rawCheck<never>(({ addIssue }) => {
    const list = Object.keys(INPUTS).join(', ')
    const message = says(`应为其中之一：${list}`, `must be one of: ${list}`)
    addIssue({ message, path: [{ type: 'object', origin: 'value', input: {}, key: 'action', value: undefined }] })
  }),
)

/** The input of the action that it names. */
export const input = v.lazy(event => {
  const named = keysOf(event).includes('action') ? (event as { action?: unknown }).action : undefined
  return isAction(named) ? INPUTS[named] : unknownAction
})

function isAction(name: unknown): name is Action {
  return typeof name === 'string' && Object.hasOwn(INPUTS, name)
}

function keysOf(input: unknown): string[] {
  return typeof input === 'object' && input !== null ? Object.keys(input) : []
}
