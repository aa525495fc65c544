import { CallError, text, type UpstreamDetail } from '../../call'
import { rateLimited, rejected, unavailable } from '../failure'

/** The access token is wrong or too old: 40001 invalid credential, 40014 invalid access_token, 42001 expired. */
export const TOKEN_CODES: ReadonlySet<number> = new Set([40001, 40014, 42001])

/** The system is busy (-1), the courier's system failed (9300502), the platform's own faults (-501001, -501002). */
const TRANSIENT = new Set([-1, 9300502, -501001, -501002])
/** Daily (45009), per-minute (45011), logistics (9300509), and the platform's concurrency limits. */
const LIMITS = new Set([45009, 45011, 9300509, -501003, -501004])
const COURIER_UNKNOWN = new Set([9300503, 9300520])
const ACCOUNT_NOT_BOUND = 9300525
const NO_QUOTA = 9300527
const NOT_DECLARED = -604101

const ADVICE = new Map([
  [40164, text('请把函数的固定出口 IP 加入白名单。', "Add the function's fixed egress IP to the whitelist.")],
  [
    61004,
    text(
      '请把函数的固定出口 IP 加入第三方平台白名单。',
      "Add the function's fixed egress IP to the platform's whitelist.",
    ),
  ],
  [48001, text('该小程序没有此接口的权限。', 'The Mini Program has no permission for this API.')],
  [61003, text('该小程序没有授权给此第三方平台。', 'The Mini Program has not authorised this third-party platform.')],
  [
    61007,
    text('该小程序没有授予此接口所属的权限集。', 'The Mini Program did not grant the permission set of this API.'),
  ],
  [
    61014,
    text(
      '令牌的种类不对，应为 authorizer_access_token。',
      'The token is of the wrong kind; an authorizer_access_token is needed.',
    ),
  ],
  [
    9300501,
    text(
      '快递公司拒绝了请求，请与该网点确认账号状态。',
      'The courier refused; ask its branch about the state of the account.',
    ),
  ],
])

/** A WeChat error code as the typed error that tells what to do. Codes: WeChat's common and logistics error lists. */
export function wechatFailure(code: number, message: string, api: string, cause?: unknown): CallError {
  const upstream: UpstreamDetail = { provider: 'wechat', code: String(code), message, ...requestIdIn(message) }
  if (TRANSIENT.has(code)) return unavailable(upstream, cause)
  if (LIMITS.has(code)) return rateLimited(upstream)
  if (code === NO_QUOTA) {
    const advice = text(
      '该快递公司不使用电子面单余额，没有可显示的数量。',
      'This courier works without a waybill quota; there is no number to show.',
    )
    return new CallError('NOT_APPLICABLE', advice, { upstream })
  }
  if (COURIER_UNKNOWN.has(code)) {
    return new CallError(
      'NOT_FOUND',
      text('没有这个快递公司，请检查 deliveryId。', 'There is no such courier. Check deliveryId.'),
      { upstream },
    )
  }
  if (code === ACCOUNT_NOT_BOUND) {
    return new CallError(
      'NOT_FOUND',
      text(
        '该快递客户编码没有绑定到本小程序，请检查 bizId。',
        'This account is not bound to the Mini Program. Check bizId.',
      ),
      { upstream },
    )
  }
  if (code === NOT_DECLARED) {
    const zh = `函数的 config.json 没有声明 ${api}。声明并重新上传后，约 10 分钟生效。`
    const en = `The function's config.json does not declare ${api}. Declare it and upload again; it takes about 10 minutes.`
    return new CallError('NOT_CONFIGURED', text(zh, en), { upstream })
  }
  if (TOKEN_CODES.has(code)) {
    return rejected(
      upstream,
      text('访问令牌无效或已过期，请更新它。', 'The access token is invalid or has expired. Renew it.'),
    )
  }
  return rejected(upstream, ADVICE.get(code))
}

/** WeChat puts its request id into the message: `invalid credential … rid: 63f2-…`. */
function requestIdIn(message: string): { requestId?: string } {
  const rid = /\brid:\s*([\w-]+)/.exec(message)?.[1]
  return rid === undefined ? {} : { requestId: rid }
}
