import { type MemberBalance, memberBalance, memberIndex } from '../business/members'
import { sandboxCredentials } from '../credentials'
import { documented } from '../documented'
import { Refusal, type World } from '../upstream'
import type { TencentAnswer } from './answer'
import { allowOnly, asInteger, asString, type Parameters } from './parameters'

const LARGEST_PAGE = 10
const MOST_UINS = 10

/** The member in the document's example; not one of the simulated organisation, so only found by its uin. */
const example: MemberBalance = {
  uin: sandboxCredentials.documented.tencent.memberUin,
  name: 'kleinerwang_test',
  cash: 36_365_911,
  credit: undefined,
  owed: 0,
}

/** DescribeOrgMemberAccountBalance. Source: billing 2018-07-09, "Query member available balance in batches". */
export function memberBalances(parameters: Parameters, world: World): TencentAnswer {
  allowOnly(parameters, ['PageNumber', 'PageSize', 'MemberUins'])
  const { PageNumber = 1, PageSize = LARGEST_PAGE, MemberUins = [] } = parameters
  const page = within(asInteger(PageNumber, 'PageNumber'), 'PageNumber', Number.MAX_SAFE_INTEGER)
  const size = within(asInteger(PageSize, 'PageSize'), 'PageSize', LARGEST_PAGE)
  const uins = uinList(MemberUins)
  if (uins.length === 1 && uins[0] === example.uin && page === 1) return documented('tencent-member-balance')
  const { members } = world.scale
  const found = uins.length > 0 ? uins.flatMap(uin => findMember(uin, world) ?? []) : undefined
  const total = found?.length ?? members
  const data: Record<string, unknown>[] = []
  for (let place = (page - 1) * size; place < Math.min(total, page * size); place++) {
    data.push(describe(found?.[place] ?? memberBalance(place, world.now())))
  }
  // The document's word: the number of results on this page, not the size that was asked for.
  return { Data: data, PageNumber: page, PageSize: data.length, TotalCount: total }
}

/** Undefined for a uin outside the organisation: such a one is left out of the answer. */
function findMember(uin: string, world: World): MemberBalance | undefined {
  if (uin === example.uin) return example
  const index = memberIndex(uin, world.scale.members)
  return index === undefined ? undefined : memberBalance(index, world.now())
}

function describe({ uin, name, cash, credit, owed }: MemberBalance): Record<string, unknown> {
  const basic = credit?.basic ?? 0
  const temporary = credit?.temporary ?? 0
  return {
    BasicCreditAmount: basic,
    CashAccountBalance: cash,
    CreditAmount: basic + temporary,
    IsCreditAccount: credit !== undefined,
    MemberName: name,
    MemberUin: uin,
    OweAmount: owed,
    RealBalance: cash + basic + temporary - owed,
    TempCredit: temporary,
  }
}

function uinList(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Refusal('InvalidParameter', 'The value of `MemberUins` is not an array.')
  const uins = value.map((uin, place) => asString(uin, `MemberUins.${place}`))
  if (uins.length > MOST_UINS || uins.some(uin => !/^\d+$/.test(uin))) {
    throw new Refusal('InvalidParameterValue', 'MemberUins must be at most 10 strings of digits.')
  }
  return uins
}

function within(value: number, name: string, most: number): number {
  if (value >= 1 && value <= most) return value
  throw new Refusal('InvalidParameterValue', `${name} must be from 1 to ${most}.`)
}
