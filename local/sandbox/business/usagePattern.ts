import { pick } from './chance'

/** What one place in the pattern says about its records. */
export interface PatternSlot {
  kind: 'charge' | 'return'
  quotaType: string
  quotaName: string
  organization: Organization
  flowStatus: string
}

export interface Organization {
  openId: string
  name: string
}

/** Absent means any. */
export interface UsageFilter {
  quotaType?: string
  organization?: string
}

export const organizations: readonly [Organization, ...Organization[]] = [
  { openId: 'sandbox_org_1', name: '示例企业甲' },
  { openId: 'sandbox_org_2', name: '示例企业乙' },
  { openId: 'sandbox_org_3', name: '示例企业丙' },
  { openId: 'sandbox_org_4', name: '示例企业丁' },
]

const QUOTA_NAMES = {
  SignFlow: '示例合同套餐',
  SignFace: '示例人脸识别套餐',
  SignSMS: '示例短信意愿套餐',
  PersonalEssAuth: '示例个人实名套餐',
  OrgEssAuth: '示例企业实名套餐',
  FlowNotify: '示例短信通知套餐',
  CloudEnterprise: '示例企业版套餐',
} as const

/** What is used, over and over. */
const SEQUENCE = [
  ...['SignFlow', 'SignFace', 'SignFlow', 'FlowNotify', 'SignFlow', 'PersonalEssAuth', 'SignSMS', 'SignFlow'],
  ...['SignFlow', 'SignFace', 'OrgEssAuth', 'SignFlow', 'CloudEnterprise', 'SignSMS', 'SignFlow', 'FlowNotify'],
  ...['SignFlow', 'SignFace', 'PersonalEssAuth', 'SignFlow', 'SignSMS', 'SignFlow', 'SignFace'],
  ...['FlowNotify', 'SignFlow', 'OrgEssAuth', 'SignFace', 'SignFlow', 'CloudEnterprise', 'SignSMS', 'SignFlow'],
] as const

/** The place in the sequence of a contract that is withdrawn, and then given back: one record in 32. */
const WITHDRAWN = 16

const slots = SEQUENCE.flatMap((quotaType, place): PatternSlot[] => {
  const slot: PatternSlot = {
    kind: 'charge',
    quotaType,
    quotaName: QUOTA_NAMES[quotaType],
    organization: pick(organizations, 'organization', place),
    flowStatus: pick(['ALL', 'ALL', 'ALL', 'PART', 'INIT', 'REJECT', 'DEADLINE'], 'status', place),
  }
  if (place !== WITHDRAWN) return [slot]
  const withdrawn = { ...slot, flowStatus: 'CANCEL' }
  return [withdrawn, { ...withdrawn, kind: 'return' }]
})

/**
 * Records repeat a short pattern, so that those that match a filter are counted and found by arithmetic, without
 * looking at the others.
 */
export const pattern = slots as [PatternSlot, ...PatternSlot[]]

/** Counts and finds the positions of the endless pattern that match a filter. */
export class PatternMatches {
  private readonly places: number[]

  constructor({ quotaType, organization }: UsageFilter) {
    this.places = pattern.flatMap((slot, place) => {
      const matches = (quotaType ?? slot.quotaType) === slot.quotaType
      return matches && (organization ?? slot.organization.openId) === slot.organization.openId ? [place] : []
    })
  }

  /** How many of the first so many positions match. */
  upTo(positions: number): number {
    const rest = positions % pattern.length
    const rounds = (positions - rest) / pattern.length
    return rounds * this.places.length + this.places.filter(place => place < rest).length
  }

  /** The position of the match that has so many matches before it. */
  at(rank: number): number {
    const place = rank % this.places.length
    return ((rank - place) / this.places.length) * pattern.length + (this.places[place] ?? 0)
  }
}
