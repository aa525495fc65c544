import { dayOf, HOUR, startOf } from './calendar'
import { chance, pick } from './chance'
import { remaining, type Tank } from './rhythm'

/** A courier account of the simulated Mini Program. */
export interface WaybillAccount {
  deliveryId: string
  bizId: string
  alias: string
  remark: string
  /** bound: its waybills are counted · auditing: not bound yet · rejected: the courier does not know the customer code */
  status: 'bound' | 'auditing' | 'rejected'
  /** What is left, and how it goes; `none`: a direct courier sells no waybills in advance. */
  quota: Tank | 'exhausted' | 'none'
  /** How often the courier tells WeChat what is left, in milliseconds. */
  syncedEvery: number
}

/** Couriers that WeChat knows, by how they sell waybills. */
export const franchiseCouriers = ['YTO', 'ZTO', 'STO', 'YUNDA', 'JTSD', 'BEST'] as const
export const directCouriers = ['SF', 'EMS', 'JDL'] as const

const shop = { remark: '', status: 'bound', syncedEvery: HOUR } as const

const accounts: readonly WaybillAccount[] = [
  { ...shop, deliveryId: 'YTO', bizId: 'sandbox-yto', alias: '示例旗舰店', quota: tank('yto', 620, 2_000, 180) },
  {
    ...shop,
    deliveryId: 'ZTO',
    bizId: 'sandbox-zto',
    alias: '示例华东仓',
    quota: tank('zto', 1_450, 5_000, 400),
    syncedEvery: 6 * HOUR,
  },
  // Buys waybills for two days at a time: always about to run out.
  { ...shop, deliveryId: 'STO', bizId: 'sandbox-sto', alias: '示例小店', quota: tank('sto', 350, 100, 0) },
  { ...shop, deliveryId: 'YUNDA', bizId: 'sandbox-yunda', alias: '示例清仓店', quota: 'exhausted' },
  { ...shop, deliveryId: 'SF', bizId: 'sandbox-sf', alias: '示例月结', quota: 'none' },
  {
    ...shop,
    deliveryId: 'JTSD',
    bizId: 'sandbox-jtsd',
    alias: '示例新店',
    remark: '示例:新签网点,等待审核',
    status: 'auditing',
    quota: 'exhausted',
  },
  {
    ...shop,
    deliveryId: 'BEST',
    bizId: 'sandbox-best',
    alias: '示例旧店',
    remark: '示例:换了网点',
    status: 'rejected',
    quota: 'exhausted',
  },
]

/** The account at this place in the list; there is no end to them. */
export function waybillAccount(index: number): WaybillAccount {
  const told = accounts[index]
  if (told) return told
  const seed = `waybill-${index}`
  const perWeek = Math.round(100 + 900 * chance(seed, 'size'))
  return {
    ...shop,
    deliveryId: pick(franchiseCouriers, seed, 'courier'),
    bizId: `sandbox-${index}`,
    alias: `示例门店${index}`,
    quota: tank(seed, perWeek, 4 * perWeek, Math.round(perWeek / 4)),
  }
}

/** The waybills left, 0 when exhausted; undefined where there is no such thing as a quota. */
export function waybillsLeft({ quota }: WaybillAccount, instant: number): number | undefined {
  if (quota === 'none') return undefined
  return quota === 'exhausted' ? 0 : remaining(quota, instant)
}

/** When the courier last told WeChat what is left. */
export function syncedAt(account: WaybillAccount, instant: number): number {
  return instant - ((instant - startOf(dayOf(instant))) % account.syncedEvery)
}

function tank(name: string, perWeek: number, topUp: number, low: number): Tank {
  return { seed: `waybill-${name}`, perWeek, topUp, low }
}
