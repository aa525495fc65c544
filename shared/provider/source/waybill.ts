import * as v from 'valibot'
import { CallError } from '../../call'
import type { Reading } from '../../meter/reading'
import {
  type BoundAccount,
  listWaybillAccounts,
  readWaybillQuota,
  type WaybillAccount,
  type WaybillQuota,
} from '../waybill'
import { accountTitle } from './couriers'
import { noSuchMeter } from './noSuchMeter'
import { type Outcome, readEach } from './readEach'
import type { Source } from './source'

const AUTHORIZER = 'WAYBILL_AUTHORIZER_APPID'
const BOUND = 0

/** The aliases of accounts, by key: reading one account alone does not tell them. */
const memorySchema = v.record(v.string(), v.string())
/** The keys of the accounts that the round has read: the list has no order to go by. */
const placeSchema = v.array(v.string())

type Left = number | 'no-data' | 'not-applicable'

/**
 * The waybills of every account bound to the Mini Program: one call for all, and one for each whose number is older than
 * the interval or unknown.
 */
export const waybill: Source = {
  intervalMinutes: 10,
  variables: { secret: [], plain: [AUTHORIZER] },
  isConfigured: () => true,

  async *read({ from, intervalMs, mayRequest }, call) {
    if (!mayRequest(0)) return
    const authorizerAppid = call.environment.get(AUTHORIZER)
    const at = call.clock.now()
    const accounts = await listWaybillAccounts(authorizerAppid, call)
    const done = v.is(placeSchema, from) ? from : []
    const rest = accounts.filter(account => !done.includes(keyOf(account)))
    const old = at - intervalMs
    const stale = rest.filter(
      account => isBound(account) && (listedNumber(account) === null || learntAt(account) <= old),
    )
    const outcomes = await readEach(
      stale,
      mayRequest,
      account => readWaybillQuota(account, authorizerAppid, call),
      call,
    )
    assertNoOutage(outcomes, rest.filter(isBound).length)

    // An older number than the one recorded would look like a top-up: who cannot be asked has none.
    const asked = new Map(outcomes.map(outcome => [outcome.item, leftIn(outcome)]))
    const unasked = new Set(stale.slice(outcomes.length))
    const read = rest.filter(account => !unasked.has(account))
    const readings = read.map(account => {
      const left = isBound(account) ? (asked.get(account) ?? listedNumber(account) ?? 'no-data') : 'not-applicable'
      return readingOf({ account, alias: account.alias, at }, left)
    })
    const aliases = accounts.flatMap(account => (account.alias ? [[keyOf(account), account.alias]] : []))
    const next = unasked.size > 0 && { next: [...done, ...read.map(keyOf)] }
    yield { readings, memory: Object.fromEntries(aliases), ...next }
  },

  async readOne(key, { memory }, call) {
    const slash = key.indexOf('/')
    const account = { deliveryId: key.slice(0, Math.max(0, slash)), bizId: key.slice(slash + 1) }
    if (!account.deliveryId || !account.bizId) throw noSuchMeter()
    const aliases = v.is(memorySchema, memory) ? memory : {}
    const asked = { account, alias: aliases[key], at: call.clock.now() }
    try {
      const { quotaNum } = await readWaybillQuota(account, call.environment.get(AUTHORIZER), call)
      return readingOf(asked, quotaNum)
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'NOT_APPLICABLE') throw error
      return readingOf(asked, 'not-applicable')
    }
  },
}

/** Throws when nothing could be read but what the list knew long ago, and what says nothing of an account but of us. */
function assertNoOutage(outcomes: readonly Outcome<BoundAccount, unknown>[], bound: number): void {
  const failures = outcomes.flatMap(outcome => ('error' in outcome ? [outcome.error] : []))
  const ours = failures.find(({ code }) => code === 'NOT_CONFIGURED')
  if (ours) throw ours
  const [failure] = failures
  if (failure && failures.length === bound && failures.every(({ retryable }) => retryable)) throw failure
}

function leftIn(outcome: Outcome<BoundAccount, WaybillQuota>): Left {
  if ('result' in outcome) return outcome.result.quotaNum
  return outcome.error.code === 'NOT_APPLICABLE' ? 'not-applicable' : 'no-data'
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
interface Asked {
  account: WaybillAccount
  alias: string | null | undefined
  at: number
}

function readingOf({ account, alias, at }: Asked, left: Left): Reading {
  return {
    key: keyOf(account),
    at,
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
