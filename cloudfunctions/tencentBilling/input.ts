import * as v from 'valibot'
import { exactly, flag, listOf, name, oneOf, says, wholeNumber } from '../../shared/function'
import { isDay, isSameMonth } from '../../shared/meter/day'
import { QUOTA_TYPES, RECORDS_PER_PAGE } from '../../shared/provider/esignUsage'
import { MEMBERS_PER_CALL } from '../../shared/provider/memberBalance'
import { LONGEST_CURSOR } from '../../shared/upstream/tencent'

const MOST_UINS = 500
const LAST_PAGE = 1_000_000

const uin = v.pipe(v.string(uinMessage()), v.regex(/^\d{1,20}$/, uinMessage()))

function uinMessage() {
  return says('应为 1 至 20 位数字的字符串', 'must be a string of 1 to 20 digits')
}

const day = v.pipe(v.string(dayMessage()), v.check(isDay, dayMessage()))

function dayMessage() {
  return says('应为存在的日期，格式 yyyymmdd', 'must be a date that exists, as yyyymmdd')
}

/** A key that makes no sense with the rest of the input, and why. */
interface Rule<Input> {
  key: keyof Input & string
  isWrong(input: Input): boolean
  zh: string
  en: string
}

/** Refuses what breaks one of the rules. */
function keep<Input extends Record<string, unknown>>(rules: Rule<Input>[]) {
  return v.rawCheck<Input>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const { key, isWrong, zh, en } of rules) {
      if (!isWrong(dataset.value)) continue
      const input = { ...dataset.value }
      addIssue({ message: says(zh, en), path: [{ type: 'object', origin: 'value', input, key, value: input[key] }] })
    }
  })
}

const memberEntries = exactly({
  action: v.literal('memberBalances'),
  memberUins: v.optional(listOf(uin, MOST_UINS)),
  pageNumber: v.optional(wholeNumber(1, LAST_PAGE)),
  pageSize: v.optional(wholeNumber(1, MEMBERS_PER_CALL)),
  all: v.optional(flag()),
  cursor: v.optional(name(LONGEST_CURSOR)),
})

type MemberInput = v.InferOutput<typeof memberEntries>

const isSplit = ({ memberUins = [] }: MemberInput) => memberUins.length > MEMBERS_PER_CALL
const readsMany = (input: MemberInput) => input.all === true || isSplit(input)
const hasTwins = ({ memberUins = [] }: MemberInput) => new Set(memberUins).size < memberUins.length

const NO_PAGE = { zh: '读取全部时不可指定页', en: 'cannot be given where everything is read' }

const memberBalances = v.pipe(
  memberEntries,
  keep<MemberInput>([
    { key: 'memberUins', isWrong: hasTwins, zh: '不可重复', en: 'must not hold one twice' },
    {
      key: 'all',
      isWrong: input => input.all === true && input.memberUins !== undefined,
      zh: '不可与 memberUins 同用',
      en: 'cannot be true together with memberUins',
    },
    { key: 'pageNumber', isWrong: input => readsMany(input) && input.pageNumber !== undefined, ...NO_PAGE },
    { key: 'pageSize', isWrong: input => readsMany(input) && input.pageSize !== undefined, ...NO_PAGE },
    {
      key: 'cursor',
      isWrong: input => !readsMany(input) && input.cursor !== undefined,
      zh: '只用于 all: true 或 10 个以上的 memberUins',
      en: 'is only for all: true or more than 10 memberUins',
    },
  ]),
)

const usageEntries = exactly({
  action: v.literal('usageDetail'),
  startTime: day,
  endTime: day,
  quotaType: v.optional(oneOf(QUOTA_TYPES)),
  proxyOrganizationOpenId: v.optional(name(64)),
  offset: v.optional(wholeNumber(0, LAST_PAGE)),
  limit: v.optional(wholeNumber(1, RECORDS_PER_PAGE)),
  all: v.optional(flag()),
  summarize: v.optional(flag()),
  cursor: v.optional(name(LONGEST_CURSOR)),
})

type UsageInput = v.InferOutput<typeof usageEntries>

const readsRange = ({ all, summarize }: UsageInput) => all === true || summarize === true

const usageDetail = v.pipe(
  usageEntries,
  keep<UsageInput>([
    {
      key: 'endTime',
      isWrong: input => input.endTime < input.startTime,
      zh: '不可早于 startTime',
      en: 'must not be before startTime',
    },
    {
      key: 'endTime',
      isWrong: input => !readsRange(input) && !isSameMonth(input.startTime, input.endTime),
      zh: '应与 startTime 在同一个自然月；跨月请用 all: true',
      en: 'must be in the calendar month of startTime; use all: true for a longer range',
    },
    {
      key: 'all',
      isWrong: input => input.all === false && input.summarize === true,
      zh: '与 summarize 同用时不可为 false',
      en: 'cannot be false together with summarize',
    },
    { key: 'offset', isWrong: input => readsRange(input) && input.offset !== undefined, ...NO_PAGE },
    { key: 'limit', isWrong: input => readsRange(input) && input.limit !== undefined, ...NO_PAGE },
    {
      key: 'cursor',
      isWrong: input => !readsRange(input) && input.cursor !== undefined,
      zh: '只用于 all: true 或 summarize: true',
      en: 'is only for all: true or summarize: true',
    },
  ]),
)

const ACTIONS = { memberBalances, usageDetail }

/** Never passes: it is for an action that is none of these. */
const unknownAction = v.pipe(
  v.custom<never>(() => true),
  v.rawCheck<never>(({ addIssue }) => {
    const list = Object.keys(ACTIONS).join(', ')
    const message = says(`应为其中之一：${list}`, `must be one of: ${list}`)
    addIssue({ message, path: [{ type: 'object', origin: 'value', input: {}, key: 'action', value: undefined }] })
  }),
)

/** The input of the action that it names. */
export const input = v.lazy(event => {
  const isNamed = typeof event === 'object' && event !== null && Object.hasOwn(event, 'action')
  const action = isNamed ? (event as { action?: unknown }).action : undefined
  if (action === 'memberBalances' || action === 'usageDetail') return ACTIONS[action]
  return unknownAction
})
