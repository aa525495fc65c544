import { chance } from './chance'
import { remaining, type Tank } from './rhythm'

/** One member account of the simulated reseller. Amounts are US cents. */
export interface MemberBalance {
  uin: string
  name: string
  cash: number
  credit: { basic: number; temporary: number } | undefined
  owed: number
}

const FIRST_UIN = 900_000_000_001

/** The member at this place in the list, as it stands at this instant. */
export function memberBalance(index: number, instant: number): MemberBalance {
  const seed = `member-${index}`
  const perWeek = Math.round(20_000 + 180_000 * chance(seed, 'size'))
  const tank: Tank = { seed, perWeek, topUp: 5 * perWeek, low: Math.round(perWeek / 3) }
  const left = remaining(tank, instant)
  const member = { uin: String(FIRST_UIN + index), name: memberName(index), cash: left, credit: undefined, owed: 0 }
  // What a solvent member has left is, upside down, what one in arrears still owes.
  if (index % 11 === 1) return { ...member, cash: 0, owed: 2 * tank.low + tank.topUp - left }
  if (index % 7 === 2) return { ...member, credit: { basic: 5_000_000, temporary: 500_000 } }
  return member
}

/** The place of this uin in a list of so many members; undefined for a stranger. */
export function memberIndex(uin: string, members: number): number | undefined {
  const index = Number(uin) - FIRST_UIN
  return index >= 0 && index < members ? index : undefined
}

function memberName(index: number): string {
  return `示例成员${String(index + 1).padStart(2, '0')}`
}
