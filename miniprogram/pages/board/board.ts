import { call, callUntilWhole } from '../../services/call'

interface Row {
  name: string
  value: string
}

interface Section {
  title: string
  loading: boolean
  problem: string
  rows: Row[]
}

interface Account {
  deliveryId: string
  bizId: string
  alias: string | null
  quotaNum: number | null
  /** 0 when bound; an account that is not bound has no quota to speak of. */
  statusCode: number | null
}

interface Reason {
  bizId: string
  error?: { code: string }
}

interface Audits {
  rest: number
  limit: number
  speedupRest: number
  speedupLimit: number
  standing: string
}

interface Member {
  memberName: string | null
  memberUin: string
  realBalance: string | null
  currency: string
}

interface Usage {
  quotaType: string
  net: number
}

interface Credit {
  remaining: string
  currency: string
}

const NO_DATA = '无数据'

const SOURCES: { title: string; read(): Promise<Row[]> }[] = [
  { title: '电子面单余额', read: readWaybills },
  { title: '代码审核额度', read: readAudits },
  { title: '腾讯云成员余额', read: readMembers },
  { title: '电子签本月用量', read: readUsage },
  { title: '华为云消费配额', read: readCredit },
]

async function readWaybills(): Promise<Row[]> {
  const { accounts } = await call<{ accounts: Account[] }>('getQuota')
  // The list has no number for some; asked one by one, WeChat says why.
  const silent = accounts.filter(({ quotaNum, statusCode }) => quotaNum === null && !statusCode)
  const asked = silent.map(({ deliveryId, bizId }) => ({ deliveryId, bizId }))
  const reasons = asked.length > 0 ? (await call<{ accounts: Reason[] }>('getQuota', { accounts: asked })).accounts : []
  return accounts.map(({ deliveryId, bizId, alias, quotaNum, statusCode }) => {
    const name = `${alias || deliveryId} ${bizId}`
    if (quotaNum !== null && !statusCode) return { name, value: `${quotaNum} 张` }
    const isDirect = reasons.some(reason => reason.bizId === bizId && reason.error?.code === 'NOT_APPLICABLE')
    return { name, value: isDirect ? '不适用' : NO_DATA }
  })
}

async function readAudits(): Promise<Row[]> {
  const { rest, limit, speedupRest, speedupLimit, standing } = await call<Audits>('queryQuota')
  const value = (left: number, of: number) => (standing === 'not-granted' ? '未授予' : `${left} / ${of} 次`)
  return [
    { name: '审核，本月剩余', value: value(rest, limit) },
    { name: '加急，本月剩余', value: value(speedupRest, speedupLimit) },
  ]
}

async function readMembers(): Promise<Row[]> {
  const parts = await callUntilWhole<{ members: Member[] }>('tencentBilling', { action: 'memberBalances', all: true })
  return parts
    .flatMap(({ members }) => members)
    .map(({ memberName, memberUin, realBalance, currency }) => {
      return { name: memberName || memberUin, value: realBalance === null ? NO_DATA : `${realBalance} ${currency}` }
    })
}

async function readUsage(): Promise<Row[]> {
  const endTime = shanghaiDay(Date.now())
  const query = { action: 'usageDetail', startTime: `${endTime.slice(0, 6)}01`, endTime, summarize: true }
  const parts = await callUntilWhole<{ summary: Usage[] }>('tencentBilling', query)
  const summary = parts[parts.length - 1]?.summary ?? []
  return summary.map(({ quotaType, net }) => ({ name: quotaType, value: `${net} 次` }))
}

async function readCredit(): Promise<Row[]> {
  const { remaining, currency } = await call<Credit>('huaweiCredit')
  return [{ name: '剩余', value: `${remaining} ${currency}` }]
}

function shanghaiDay(now: number): string {
  return new Date(now + 8 * 3_600_000).toISOString().slice(0, 10).replace(/-/g, '')
}

/** What is left, source by source; one that cannot be read says why and hides no other. */
Page({
  data: {
    sections: SOURCES.map(({ title }): Section => ({ title, loading: true, problem: '', rows: [] })),
  },

  onLoad() {
    this.readAll()
  },

  async onPullDownRefresh() {
    await this.readAll()
    wx.stopPullDownRefresh()
  },

  async readAll() {
    await Promise.all(SOURCES.map((_, index) => this.readOne(index)))
  },

  async readOne(index: number) {
    const source = SOURCES[index]
    if (!source) return
    const shown = { title: source.title, loading: false }
    try {
      this.show(index, { ...shown, problem: '', rows: await source.read() })
    } catch (error) {
      this.show(index, { ...shown, problem: error instanceof Error ? error.message : String(error), rows: [] })
    }
  },

  show(index: number, section: Section) {
    this.setData({ [`sections[${index}]`]: section })
  },
})
