import * as v from 'valibot'
import { CallError } from '../../call'
import type { Reading } from '../../meter/reading'
import { type BoundAccount, listWaybillAccounts, readWaybillQuota, type WaybillAccount } from '../waybill'
import { accountTitle } from './couriers'
import { noSuchMeter } from './noSuchMeter'
import { readEach } from './readEach'
import type { Source } from './source'

const AUTHORIZER = 'WAYBILL_AUTHORIZER_APPID'
const BOUND = 0

/** The aliases of accounts, by key: reading one account alone does not tell them. */
const memorySchema = v.record(v.string(), v.string())

/**
 * The waybills of every account bound to the Mini Program: one call for all, and one for each whose number is older than
 * the interval or unknown.
 */
export const waybill: Source = {
  intervalMinutes: 10,
  variables: { secret: [], plain: [AUTHORIZER] },
  isConfigured: () => true,

  async *read({ intervalMs, mayRequest }, call) {
    if (!mayRequest(0)) return
    const authorizerAppid = call.environment.get(AUTHORIZER)
    const accounts = await listWaybillAccounts(authorizerAppid, call)
    const bound = accounts.filter(isBound)
    const old = call.clock.now() - intervalMs
    const stale = bound.filter(account => listedNumber(account) === null || learntAt(account) <= old)
    // The oldest first: when time is always short, each has its turn all the same.
    stale.sort((a, b) => learntAt(a) - learntAt(b))
    const outcomes = await readEach(stale, mayRequest, account => readWaybillQuota(account, authorizerAppid, call))

    const values = new Map(bound.map(account => [account, listedNumber(account)]))
    const without = new Set<BoundAccount>()
    for (const outcome of outcomes) {
      if ('result' in outcome) values.set(outcome.item, outcome.result.quotaNum)
      else if (outcome.error.code === 'NOT_APPLICABLE') without.add(outcome.item)
      // Says nothing of the account, but of this function.
      else if (outcome.error.code === 'NOT_CONFIGURED') throw outcome.error
    }
    const failures = outcomes.flatMap(outcome => ('error' in outcome ? [outcome.error] : []))
    const isOutage = failures.length === outcomes.length && failures.every(({ retryable }) => retryable)
    // Nothing is known but what was known long ago.
    if (isOutage && failures[0] && stale.length === bound.length) throw failures[0]

    const readings = accounts.map(account => {
      const quotaNum = values.get(account)
      if (quotaNum === undefined || without.has(account)) return readingOf(account, account.alias, 'not-applicable')
      return readingOf(account, account.alias, quotaNum ?? 'no-data')
    })
    const aliases = accounts.flatMap(account => (account.alias ? [[keyOf(account), account.alias]] : []))
    yield { readings, memory: Object.fromEntries(aliases) }
  },

  async readOne(key, { memory }, call) {
    const slash = key.indexOf('/')
    const account = { deliveryId: key.slice(0, Math.max(0, slash)), bizId: key.slice(slash + 1) }
    if (!account.deliveryId || !account.bizId) throw noSuchMeter()
    const aliases = v.is(memorySchema, memory) ? memory : {}
    try {
      const { quotaNum } = await readWaybillQuota(account, call.environment.get(AUTHORIZER), call)
      return readingOf(account, aliases[key], quotaNum)
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'NOT_APPLICABLE') throw error
      return readingOf(account, aliases[key], 'not-applicable')
    }
  },
}

function isBound({ statusCode }: BoundAccount): boolean {
  return statusCode === null || statusCode === BOUND
}

/** Epoch ms; 0 for never. */
function learntAt({ quotaUpdateTime }: BoundAccount): number {
  return (quotaUpdateTime ?? 0) * 1000
}

/** What the list says is left; null when it does not say. A 0 that WeChat never learnt is a number left out. */
function listedNumber(account: BoundAccount): number | null {
  return account.quotaNum === 0 && learntAt(account) === 0 ? null : account.quotaNum
}

function keyOf({ deliveryId, bizId }: WaybillAccount): string {
  return `${deliveryId}/${bizId}`
}

/** Of this many waybills left, or of none that could be told and why. */
function readingOf(
  account: WaybillAccount,
  alias: string | null | undefined,
  left: number | 'no-data' | 'not-applicable',
): Reading {
  return {
    key: keyOf(account),
    title: accountTitle(account.deliveryId, alias || account.bizId),
    kind: 'balance',
    unit: 'waybills',
    value: typeof left === 'number' ? String(left) : null,
    limit: null,
    standing: typeof left === 'number' ? 'current' : left,
    period: null,
    resetsAt: null,
    returned: null,
  }
}
