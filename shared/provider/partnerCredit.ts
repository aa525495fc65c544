import * as v from 'valibot'
import type { Call } from '../call'
import { addDecimals, equalDecimals, parseDecimal, subtractDecimals } from '../meter/decimal'
import { changed } from '../upstream/failure'
import { getHuawei } from '../upstream/huawei'

const amount = v.pipe(
  v.string(),
  v.check(value => parseDecimal(value) !== undefined, 'a decimal number'),
)

const answerSchema = v.object({
  consumption_quota: amount,
  amount,
  coupon_amount: amount,
  due_amount: amount,
  unbilled_amount: amount,
  used_consumption_quota: amount,
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
  // 1: the currency's main unit. Another one would change what every amount means.
  measure_id: v.literal(1),
})

/** Amounts are decimal strings in the unit of `currency`, as Huawei Cloud wrote them. */
export interface PartnerCredit {
  consumptionQuota: string
  amount: string
  couponAmount: string
  dueAmount: string
  unbilledAmount: string
  /** Negative when account and coupons cover more than what is due: nothing of the quota is used. */
  usedConsumptionQuota: string
  /** consumptionQuota − usedConsumptionQuota; above the quota when the used part is negative. */
  remaining: string
  currency: string
  measureId: 1
}

/**
 * The partner's consumption quota. Source: Huawei Cloud, GET /v2/partners/credit/consumption-quota, whose identity
 * used = due + unbilled − amount − coupon is checked. Throws NOT_CONFIGURED without credentials, UPSTREAM_REJECTED when
 * they are wrong or not a partner's, UPSTREAM_CHANGED when the answer or the identity does not hold.
 */
export async function readPartnerCredit(call: Call): Promise<PartnerCredit> {
  const answer = await getHuawei('/v2/partners/credit/consumption-quota', answerSchema, call)
  const owed = addDecimals(answer.due_amount, answer.unbilled_amount)
  const used = subtractDecimals(owed, addDecimals(answer.amount, answer.coupon_amount))
  if (!equalDecimals(used, answer.used_consumption_quota)) {
    throw changed('huawei', 'used_consumption_quota: expected due + unbilled - amount - coupon')
  }
  return {
    consumptionQuota: answer.consumption_quota,
    amount: answer.amount,
    couponAmount: answer.coupon_amount,
    dueAmount: answer.due_amount,
    unbilledAmount: answer.unbilled_amount,
    usedConsumptionQuota: answer.used_consumption_quota,
    remaining: subtractDecimals(answer.consumption_quota, answer.used_consumption_quota),
    currency: answer.currency,
    measureId: answer.measure_id,
  }
}
