import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { Call, Environment } from '../../call'
import type { Reading } from '../../meter/reading'
import { tencentEndpoint } from '../../upstream/tencent'
import {
  FIRST_MEMBERS,
  isLastPage,
  type MemberBalance,
  memberPages,
  memberPlaceSchema,
  readMemberBalances,
} from '../memberBalance'
import { noSuchMeter } from './noSuchMeter'
import { listSetting } from './setting'
import type { Source } from './source'

const SECRETS = ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'] as const
const MEMBERS = 'MEMBER_UINS'
const UIN = /^\d{1,20}$/

/** The balances of an organisation's members, all of them or those in MEMBER_UINS: a step per ten, by one call each. */
export const memberBalance: Source = {
  intervalMinutes: 10,
  variables: { secret: SECRETS, plain: ['TENCENT_CURRENCY', MEMBERS] },
  isConfigured: environment => SECRETS.every(name => environment.get(name) !== undefined),

  async *read({ from, mayRequest }, call) {
    const memberUins = uinsFrom(call.environment)
    const of = questionOf(memberUins, call)
    const saved = v.safeParse(v.strictObject({ of: v.literal(of), place: memberPlaceSchema }), from)
    // One at the end has nothing to go on to.
    const start = saved.success && !isLastPage(memberUins, saved.output.place) ? saved.output.place : FIRST_MEMBERS
    for await (const { items, next: place, readAt } of memberPages(memberUins, start, mayRequest, call)) {
      yield {
        readings: items.map(member => readingOf(member, readAt)),
        ...(!isLastPage(memberUins, place) && { next: { of, place } }),
      }
    }
  },

  async readOne(key, _options, call) {
    const memberUins = uinsFrom(call.environment)
    if (!UIN.test(key) || memberUins?.includes(key) === false) throw noSuchMeter()
    const readAt = call.clock.now()
    const { members } = await readMemberBalances({ memberUins: [key] }, call)
    const member = members.find(({ memberUin }) => memberUin === key)
    if (!member) throw noSuchMeter()
    return readingOf(member, readAt)
  },
}

function uinsFrom(environment: Environment): string[] | undefined {
  return listSetting(environment, MEMBERS, UIN, {
    zh: '以逗号分隔的成员 UIN（数字）',
    en: 'UINs of members (digits), separated by commas',
  })
}

/** What a place belongs to: it serves no other list of members. */
function questionOf(memberUins: readonly string[] | undefined, { environment }: Call): string {
  const question = [tencentEndpoint('billing', environment).host, memberUins ?? null]
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16)
}

function readingOf(member: MemberBalance, at: number): Reading {
  const { memberUin, isCreditAccount, realBalance, creditAmount, currency } = member
  const name = member.memberName || memberUin
  return {
    key: memberUin,
    at,
    title: { zh: name, en: name },
    kind: isCreditAccount ? 'credit' : 'balance',
    unit: currency,
    value: realBalance,
    limit: isCreditAccount ? creditAmount : null,
    standing: realBalance === null ? 'no-data' : 'current',
    period: null,
    resetsAt: null,
    returned: null,
  }
}
