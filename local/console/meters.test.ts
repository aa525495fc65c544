import { describe, expect, it } from '@jest/globals'
import type { Envelope, Invoke } from './envelope'
import { readMeters } from './meters'

const NOW = Date.UTC(2026, 10, 21)

type Answers = (functionName: string, input: Record<string, unknown>) => unknown

const AUDITS = { rest: 3, limit: 10, speedupRest: 1, speedupLimit: 2, standing: 'current' }
const CREDIT = { remaining: '1.00', usedConsumptionQuota: '2.00', consumptionQuota: '3.00', currency: 'USD' }

/** Every function answers, all with nothing to tell but where it is said. */
const usual: Answers = (functionName, { action }) => {
  if (functionName === 'getQuota') return { accounts: [] }
  if (functionName === 'queryQuota') return AUDITS
  if (functionName === 'huaweiCredit') return CREDIT
  return action === 'memberBalances' ? { members: [] } : { summary: [] }
}

function read(answers: Answers) {
  const invoke: Invoke = async <Data>(functionName: string, input: object): Promise<Envelope<Data>> => {
    const data = answers(functionName, { ...input }) as Data
    return { ok: true, data, requestId: 'r' }
  }
  return readMeters(invoke, 'en', NOW)
}

const member = (memberUin: string) => {
  return {
    memberUin,
    memberName: null,
    isCreditAccount: false,
    realBalance: '1.00',
    creditAmount: null,
    currency: 'USD',
  }
}

describe('readMeters', () => {
  it('gives one row with 0 used to a month in which nothing was used yet', async () => {
    const { rows, problems } = await read(usual)

    expect(problems).toEqual([])
    expect(rows.filter(row => row.provider === 'Tencent e-sign · this month')).toEqual([
      {
        provider: 'Tencent e-sign · this month',
        meter: 'this month',
        used: 0,
        unit: 'uses',
        standing: 'current',
      },
    ])
  })

  it('follows an answer that comes in parts to its end', async () => {
    const cursors: unknown[] = []
    const { rows } = await read((functionName, input) => {
      if (input['action'] !== 'memberBalances') return usual(functionName, input)
      cursors.push(input['cursor'])
      if (input['cursor'] === undefined) return { members: [member('1')], next: 'a' }
      return input['cursor'] === 'a' ? { members: [member('2')], next: 'b' } : { members: [member('3')] }
    })

    expect(cursors).toEqual([undefined, 'a', 'b'])
    const members = rows.filter(row => row.provider === 'Tencent Cloud members')
    expect(members.map(row => row.meter)).toEqual(['1', '2', '3'])
  })

  it('makes a group that fails one failing row and a problem, and hides no other', async () => {
    const whole = await read(usual)
    const { rows, problems } = await read((functionName, input) => {
      if (functionName === 'huaweiCredit') throw new Error('it is down')
      return usual(functionName, input)
    })

    const credit = 'Huawei Cloud partner'
    expect(problems).toEqual([`${credit}: it is down`])
    expect(rows.filter(row => row.provider === credit)).toEqual([
      { provider: credit, meter: '', unit: '', standing: 'failing' },
    ])
    expect(rows.filter(row => row.provider !== credit)).toEqual(whole.rows.filter(row => row.provider !== credit))
  })
})
