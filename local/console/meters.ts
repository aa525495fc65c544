import type { Envelope, Invoke } from './envelope'
import type { Language } from './language'

export type Standing = 'current' | 'not-applicable' | 'not-granted' | 'no-data' | 'failing'

/** One line of the table; numbers are the functions' own, as they wrote them. */
export interface MeterRow {
  provider: string
  meter: string
  remaining?: string | number
  used?: string | number
  limit?: string | number
  /** Unit or currency. */
  unit: string
  standing: Standing
}

export interface Readings {
  rows: MeterRow[]
  /** What could not be read, and what to do about it. */
  problems: string[]
}

const WORDS = {
  zh: {
    waybills: '微信物流',
    audits: '微信代码 · 本月',
    balances: '腾讯云成员',
    usage: '腾讯电子签 · 本月用量',
    credit: '华为云伙伴',
    waybill: '张',
    audit: '次',
    speedup: '次',
    use: '次',
    monthlyAudits: '代码审核',
    monthlySpeedups: '审核加急',
    partnerCredit: '消费配额',
    thisMonth: '本月',
  },
  en: {
    waybills: 'WeChat logistics',
    audits: 'WeChat code · this month',
    balances: 'Tencent Cloud members',
    usage: 'Tencent e-sign · this month',
    credit: 'Huawei Cloud partner',
    waybill: 'waybills',
    audit: 'audits',
    speedup: 'speed-ups',
    use: 'uses',
    monthlyAudits: 'audits',
    monthlySpeedups: 'speed-ups',
    partnerCredit: 'consumption quota',
    thisMonth: 'this month',
  },
}

type Words = (typeof WORDS)[Language]

/** Reads every meter once, through the four quota functions. */
export async function readMeters(invoke: Invoke, language: Language, now: number): Promise<Readings> {
  const words = WORDS[language]
  const groups = [
    { provider: words.waybills, read: () => waybills(invoke, words) },
    { provider: words.audits, read: () => codeAudits(invoke, words) },
    { provider: words.balances, read: () => memberBalances(invoke) },
    { provider: words.usage, read: () => esignUsage(invoke, words, now) },
    { provider: words.credit, read: () => partnerCredit(invoke, words) },
  ]
  const problems: string[] = []
  const readings = await Promise.all(
    groups.map(async ({ provider, read }) => {
      try {
        return (await read()).map(row => ({ provider, ...row }))
      } catch (error) {
        problems.push(`${provider}: ${error instanceof Error ? error.message : String(error)}`)
        return [{ provider, meter: '', unit: '', standing: 'failing' as const }]
      }
    }),
  )
  return { rows: readings.flat(), problems }
}

type Row = Omit<MeterRow, 'provider'>

interface Account {
  deliveryId: string
  bizId: string
  quotaNum: number | null
  /** 0 when bound; under review, failed or unbound accounts have no quota to speak of. */
  statusCode: number | null
  alias: string | null
}

async function waybills(invoke: Invoke, words: Words): Promise<Row[]> {
  const { accounts } = dataOf(await invoke<{ accounts: Account[] }>('getQuota', {}))
  // The list has no number for some; asked one by one, WeChat says why.
  const silent = accounts
    .filter(account => account.quotaNum === null)
    .map(({ deliveryId, bizId }) => ({ deliveryId, bizId }))
  const reasons = silent.length === 0 ? [] : await reasonsFor(silent, invoke)
  return accounts.map(({ deliveryId, bizId, quotaNum, statusCode, alias }) => {
    const row = { meter: [deliveryId, bizId, alias].filter(Boolean).join(' · '), unit: words.waybill }
    if (statusCode) return { ...row, standing: 'no-data' }
    if (quotaNum !== null) return { ...row, remaining: quotaNum, standing: 'current' }
    const reason = reasons.find(each => each.deliveryId === deliveryId && each.bizId === bizId)?.error?.code
    return { ...row, standing: reason === 'NOT_APPLICABLE' ? 'not-applicable' : reason ? 'failing' : 'no-data' }
  })
}

type Reason = { deliveryId: string; bizId: string; error?: { code: string } }

async function reasonsFor(accounts: object[], invoke: Invoke): Promise<Reason[]> {
  return dataOf(await invoke<{ accounts: Reason[] }>('getQuota', { accounts })).accounts
}

interface Audits {
  rest: number
  limit: number
  speedupRest: number
  speedupLimit: number
  standing: 'current' | 'not-granted'
}

async function codeAudits(invoke: Invoke, words: Words): Promise<Row[]> {
  const { rest, limit, speedupRest, speedupLimit, standing } = dataOf(await invoke<Audits>('queryQuota', {}))
  return [
    { meter: words.monthlyAudits, remaining: rest, used: limit - rest, limit, unit: words.audit, standing },
    {
      meter: words.monthlySpeedups,
      remaining: speedupRest,
      used: speedupLimit - speedupRest,
      limit: speedupLimit,
      unit: words.speedup,
      standing,
    },
  ]
}

interface Member {
  memberUin: string
  memberName: string | null
  isCreditAccount: boolean | null
  realBalance: string | null
  creditAmount: string | null
  currency: string
}

async function memberBalances(invoke: Invoke): Promise<Row[]> {
  const pages = await wholeOf<{ members: Member[] }>(invoke, { action: 'memberBalances', all: true })
  return pages
    .flatMap(page => page.members)
    .map(({ memberUin, memberName, isCreditAccount, realBalance, creditAmount, currency }) => ({
      meter: [memberName, memberUin].filter(Boolean).join(' · '),
      unit: currency,
      ...(realBalance === null
        ? { standing: 'no-data' }
        : {
            standing: 'current',
            remaining: realBalance,
            ...(isCreditAccount && creditAmount && { limit: creditAmount }),
          }),
    }))
}

interface Usage {
  summary: { quotaType: string; net: number }[]
}

async function esignUsage(invoke: Invoke, words: Words, now: number): Promise<Row[]> {
  const today = shanghaiDay(now)
  const range = { startTime: `${today.slice(0, 6)}01`, endTime: today }
  const pages = await wholeOf<Usage>(invoke, { action: 'usageDetail', ...range, summarize: true })
  const summary = pages.at(-1)?.summary ?? []
  // Nothing has been used yet, as in the first hours of a month.
  if (summary.length === 0) return [{ meter: words.thisMonth, used: 0, unit: words.use, standing: 'current' }]
  return summary.map(({ quotaType, net }) => ({ meter: quotaType, used: net, unit: words.use, standing: 'current' }))
}

interface Credit {
  remaining: string
  usedConsumptionQuota: string
  consumptionQuota: string
  currency: string
}

async function partnerCredit(invoke: Invoke, words: Words): Promise<Row[]> {
  const credit = dataOf(await invoke<Credit>('huaweiCredit', {}))
  const { remaining, usedConsumptionQuota: used, consumptionQuota: limit, currency: unit } = credit
  return [{ meter: words.partnerCredit, remaining, used, limit, unit, standing: 'current' }]
}

/** Every part of an answer that comes in several. */
async function wholeOf<Data>(invoke: Invoke, input: object): Promise<Data[]> {
  const parts: Data[] = []
  let cursor: string | undefined
  do {
    const part = dataOf(
      await invoke<Data & { next?: string }>('tencentBilling', { ...input, ...(cursor && { cursor }) }),
    )
    parts.push(part)
    cursor = part.next
  } while (cursor)
  return parts
}

function dataOf<Data>(envelope: Envelope<Data>): Data {
  if (envelope.ok) return envelope.data
  throw new Error(`${envelope.error.code} ${envelope.error.message}`)
}

function shanghaiDay(now: number): string {
  return new Date(now + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
}
