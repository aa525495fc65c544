import * as v from 'valibot'
import { type Call, type Environment, misconfigured } from '../call'
import { decimalFromCents } from '../meter/decimal'
import { changed } from '../upstream/failure'
import {
  collect,
  cursorFor,
  itemsOnPage,
  placeFrom,
  readPages,
  requestsAhead,
  requestTencent,
  type Step,
  tencentEndpoint,
} from '../upstream/tencent'

/** The most that the API takes, in one page and in one list of uins. */
export const MEMBERS_PER_CALL = 10

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** Hundredths of the currency's unit; what the upstream leaves out is unknown, not nothing. */
const cents = v.nullish(
  v.pipe(
    v.number(),
    v.check(value => decimalFromCents(value) !== undefined),
  ),
)

const answerSchema = v.object({
  TotalCount: count,
  Data: v.nullish(
    v.array(
      v.object({
        MemberUin: v.pipe(v.string(), v.nonEmpty()),
        MemberName: v.nullish(v.string()),
        IsCreditAccount: v.nullish(v.boolean()),
        RealBalance: cents,
        CashAccountBalance: cents,
        CreditAmount: cents,
        BasicCreditAmount: cents,
        TempCredit: cents,
        OweAmount: cents,
      }),
    ),
  ),
  RequestId: v.optional(v.string()),
})

type Data = NonNullable<v.InferOutput<typeof answerSchema>['Data']>[number]

/** Amounts are exact decimals in the currency's unit, as `363659.11`; null where the upstream names none. */
export interface MemberBalance {
  memberUin: string
  memberName: string | null
  isCreditAccount: boolean | null
  /** What can be spent now. */
  realBalance: string | null
  cashAccountBalance: string | null
  /** Basic and temporary credit together. */
  creditAmount: string | null
  basicCreditAmount: string | null
  tempCredit: string | null
  oweAmount: string | null
  /** ISO 4217. */
  currency: string
}

export interface MemberBalanceQuery {
  /** Only these members; more than ten are split into calls. */
  memberUins?: readonly string[] | undefined
  /** From 1, default 1. */
  pageNumber?: number | undefined
  /** 1 to 10, default 10. */
  pageSize?: number | undefined
  /** Every member. */
  all?: boolean | undefined
  /** The `next` of the answer before. */
  cursor?: string | undefined
}

export interface MemberBalances {
  members: MemberBalance[]
  /** How many there are in all, by the upstream. For split uins: how many of those asked for so far it knows. */
  totalCount: number
  /** What did not fit the time-out or the answer is left: call again with `cursor: next`. */
  partial?: true
  next?: string
  /** The upstream's total changed between pages: a member may be missing or come twice. */
  changedWhileReading?: true
}

/**
 * Balances of an organisation's members. Source: DescribeOrgMemberAccountBalance (billing 2018-07-09). One page as asked;
 * with `all`, or more than ten uins, every one, as far as time and the size of the answer allow. Throws INVALID_ARGUMENT
 * for a cursor of another question, NOT_CONFIGURED, UPSTREAM_CHANGED for an amount that is not an exact number or a page
 * shorter than the total promises, upstream errors.
 */
export async function readMemberBalances(query: MemberBalanceQuery, call: Call): Promise<MemberBalances> {
  const { memberUins, pageNumber = 1, pageSize = MEMBERS_PER_CALL } = query
  if (query.all) return readMany(query, call)
  if (memberUins && memberUins.length > MEMBERS_PER_CALL) return readMany(query, call)
  const { members, total } = await requestPage({ memberUins, page: pageNumber - 1, pageSize }, call)
  return { members, totalCount: total }
}

/** How far the reading of many members has come, after its first page. */
export const memberPlaceSchema = v.strictObject({
  /** The next page, from 0. */
  page: v.pipe(count, v.minValue(1)),
  /** `totalCount` so far. */
  total: count,
  changed: v.boolean(),
})

export type MemberPlace = Omit<v.InferOutput<typeof memberPlaceSchema>, 'total'> & { total?: number }

/** Some members, and when they were asked for, epoch ms. */
export interface MemberStep extends Step<MemberBalance, MemberPlace> {
  readAt: number
}

export const FIRST_MEMBERS: MemberPlace = { page: 0, changed: false }

async function readMany({ memberUins, cursor }: MemberBalanceQuery, call: Call): Promise<MemberBalances> {
  const question = ['memberBalances', tencentEndpoint('billing', call.environment).host, memberUins ?? null]
  const start = cursor === undefined ? FIRST_MEMBERS : placeFrom(cursor, question, memberPlaceSchema)
  const { items, reached } = await collect<MemberBalance, MemberPlace>(
    start,
    mayRequest => memberPages(memberUins, start, mayRequest, call),
    call,
  )
  const { total = 0, changed } = reached
  return {
    members: items,
    totalCount: total,
    ...(!isLastPage(memberUins, reached) && { partial: true, next: cursorFor(question, reached) }),
    ...(changed && { changedWhileReading: true }),
  }
}

type MayRequest = (inFlight: number) => boolean
type MemberPages = AsyncGenerator<MemberStep>

/**
 * Every page from this place on, in order, with the place after it; as long as `mayRequest` agrees. Of everyone, or of
 * these members.
 */
export function memberPages(
  memberUins: readonly string[] | undefined,
  start: MemberPlace,
  mayRequest: MayRequest,
  call: Call,
): MemberPages {
  return memberUins ? listed(memberUins, start, mayRequest, call) : everyone(start, mayRequest, call)
}

/** Whether nobody is left to read after the page that led to this place. */
export function isLastPage(memberUins: readonly string[] | undefined, { page, total = 0 }: MemberPlace): boolean {
  return page * MEMBERS_PER_CALL >= (memberUins?.length ?? total)
}

async function* everyone(start: MemberPlace, mayRequest: MayRequest, call: Call): MemberPages {
  const pages = readPages({
    first: start.page,
    total: start.total,
    pageSize: MEMBERS_PER_CALL,
    ahead: requestsAhead(call.environment),
    mayRequest,
    read: page => requestPage({ page, pageSize: MEMBERS_PER_CALL, isWhole: true }, call),
  })
  let place = start
  for await (const { members, total, readAt } of pages) {
    const isChanged = place.total !== undefined && place.total !== total
    place = { page: place.page + 1, total, changed: place.changed || isChanged }
    yield { items: members, next: place, readAt }
  }
}

async function* listed(
  memberUins: readonly string[],
  start: MemberPlace,
  mayRequest: MayRequest,
  call: Call,
): MemberPages {
  const lists = readPages({
    first: start.page,
    total: memberUins.length,
    pageSize: MEMBERS_PER_CALL,
    ahead: requestsAhead(call.environment),
    mayRequest,
    async read(list) {
      const uins = memberUins.slice(list * MEMBERS_PER_CALL, (list + 1) * MEMBERS_PER_CALL)
      const page = { memberUins: uins, page: 0, pageSize: MEMBERS_PER_CALL }
      const { members, total, readAt } = await requestPage(page, call)
      return { members, known: total, total: memberUins.length, readAt }
    },
  })
  let place = start
  for await (const { members, known, readAt } of lists) {
    place = { page: place.page + 1, total: (place.total ?? 0) + known, changed: false }
    yield { items: members, next: place, readAt }
  }
}

interface PageRequest {
  memberUins?: readonly string[] | undefined
  /** From 0. */
  page: number
  pageSize: number
  /** Whether the page must hold all that the total promises. */
  isWhole?: boolean
}

async function requestPage({ memberUins, page, pageSize, isWhole }: PageRequest, call: Call) {
  const currency = currencyOf(call.environment)
  const readAt = call.clock.now()
  const answer = await requestTencent(
    {
      service: 'billing',
      action: 'DescribeOrgMemberAccountBalance',
      parameters: { PageNumber: page + 1, PageSize: pageSize, ...(memberUins && { MemberUins: memberUins }) },
      answer: answerSchema,
    },
    call,
  )
  const promised = itemsOnPage(page, pageSize, answer.TotalCount)
  const data = answer.Data ?? []
  if ((isWhole && data.length !== promised) || (!answer.Data && promised > 0)) {
    throw changed('tencent', `Data: expected ${promised} items, got ${data.length}`, answer.RequestId)
  }
  return { members: data.map(member => balanceOf(member, currency)), total: answer.TotalCount, readAt }
}

function balanceOf(member: Data, currency: string): MemberBalance {
  const amount = (value: number | null | undefined) => decimalFromCents(value ?? Number.NaN) ?? null
  return {
    memberUin: member.MemberUin,
    memberName: member.MemberName ?? null,
    isCreditAccount: member.IsCreditAccount ?? null,
    realBalance: amount(member.RealBalance),
    cashAccountBalance: amount(member.CashAccountBalance),
    creditAmount: amount(member.CreditAmount),
    basicCreditAmount: amount(member.BasicCreditAmount),
    tempCredit: amount(member.TempCredit),
    oweAmount: amount(member.OweAmount),
    currency,
  }
}

/** The API names no currency: international accounts are kept in US dollars, mainland ones in yuan. */
function currencyOf(environment: Environment): string {
  const { host } = tencentEndpoint('billing', environment)
  const currency = environment.get('TENCENT_CURRENCY') ?? (host.includes('.intl.') ? 'USD' : 'CNY')
  if (/^[A-Z]{3}$/.test(currency)) return currency
  throw misconfigured('TENCENT_CURRENCY', {
    zh: '三个大写字母的货币代码',
    en: 'a currency code of three capital letters',
  })
}
