import type { Exchange } from '../../http/server'
import { partnerCredit } from '../business/credit'
import { sandboxCredentials } from '../credentials'
import { documented } from '../documented'
import type { UpstreamReply, World } from '../upstream'
import { jsonReply } from './reply'
import type { AuthTokens } from './tokens'
import { type HuaweiKey, unauthenticated, verifySdkHmac } from './verify'

const { accessKey, secretKey, temporary, authToken } = sandboxCredentials.huawei
const example = sandboxCredentials.documented.huawei
const keys = new Map<string, HuaweiKey>([
  [accessKey, { secretKey }],
  [temporary.accessKey, temporary],
  [example.accessKey, example],
])

/** GET /v2/partners/credit/consumption-quota. Source: Partner Center, "Querying Consumption Quota". */
export function consumptionQuota(exchange: Exchange, world: World, tokens: AuthTokens): UpstreamReply {
  const caller = authenticate(exchange, world.now(), tokens)
  const requestId = world.nextRequestId()
  if (caller === example.accessKey) return jsonReply(200, documented('huawei-consumption-quota'), requestId)
  const { quota, amount, coupon, due, unbilled, used } = partnerCredit(world.now())
  const answer = {
    consumption_quota: decimal(quota),
    amount: decimal(amount),
    coupon_amount: decimal(coupon),
    due_amount: decimal(due),
    unbilled_amount: decimal(unbilled),
    used_consumption_quota: decimal(used),
    measure_id: 1,
    currency: 'USD',
  }
  return jsonReply(200, JSON.stringify(answer), requestId)
}

/** The access key, or undefined for a token's owner. */
function authenticate(exchange: Exchange, now: number, tokens: AuthTokens): string | undefined {
  if (exchange.headers.authorization !== undefined) return verifySdkHmac(exchange, keys, now)
  const token = exchange.headers['x-auth-token']
  if (token === undefined) throw unauthenticated('x-auth-token not found')
  if (token !== authToken && !tokens.valid(String(token), now)) throw unauthenticated('decrypt token fail')
  return undefined
}

/** Cents as the document writes them: `10.18`, and `10000` without a point. */
function decimal(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  const fraction = digits.slice(-2) === '00' ? '' : `.${digits.slice(-2)}`
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}${fraction}`
}
