import { call } from '../../services/call'

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

interface Accounts {
  accounts: { deliveryId: string; bizId: string; alias: string | null; quotaNum: number | null }[]
}

interface Audits {
  rest: number
  limit: number
  standing: string
}

interface Members {
  members: { memberName: string | null; memberUin: string; realBalance: string | null; currency: string }[]
}

interface Credit {
  remaining: string
  currency: string
}

const NO_DATA = '无数据'

const SOURCES: { title: string; read(): Promise<Row[]> }[] = [
  {
    title: '电子面单余额',
    async read() {
      const { accounts } = await call<Accounts>('getQuota')
      return accounts.map(({ deliveryId, bizId, alias, quotaNum }) => {
        return { name: `${alias || deliveryId} ${bizId}`, value: quotaNum === null ? NO_DATA : `${quotaNum} 张` }
      })
    },
  },
  {
    title: '代码审核额度',
    async read() {
      const { rest, limit, standing } = await call<Audits>('queryQuota')
      return [{ name: '本月剩余', value: standing === 'not-granted' ? '未授予' : `${rest} / ${limit} 次` }]
    },
  },
  {
    title: '腾讯云成员余额',
    async read() {
      const { members } = await call<Members>('tencentBilling', { action: 'memberBalances', all: true })
      return members.map(({ memberName, memberUin, realBalance, currency }) => {
        return { name: memberName || memberUin, value: realBalance === null ? NO_DATA : `${realBalance} ${currency}` }
      })
    },
  },
  {
    title: '华为云消费配额',
    async read() {
      const { remaining, currency } = await call<Credit>('huaweiCredit')
      return [{ name: '剩余', value: `${remaining} ${currency}` }]
    },
  },
]

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
