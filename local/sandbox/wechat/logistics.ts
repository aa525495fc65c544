import { directCouriers, franchiseCouriers, syncedAt, type WaybillAccount, waybillsLeft } from '../business/waybills'
import { sandboxCredentials } from '../credentials'
import { documented } from '../documented'
import { Refusal } from '../upstream'

const couriers: readonly unknown[] = [...franchiseCouriers, ...directCouriers]
const example = sandboxCredentials.documented.wechat
const CREATED = Date.UTC(2025, 2, 3, 2) / 1_000
const STATUS_CODES = { bound: 0, auditing: 1, rejected: 2 }

/** POST /cgi-bin/express/business/quota/get. Source: logistics.getQuota. Throws 9300501, -503, -520, -525 and -527. */
export function waybillQuota(
  body: Record<string, unknown>,
  accounts: readonly WaybillAccount[],
  now: number,
): Buffer | Record<string, unknown> {
  const { delivery_id, biz_id } = body
  if (typeof delivery_id !== 'string' || delivery_id === '') throw new Refusal('9300520', 'delivery_id is wrong')
  if (!couriers.includes(delivery_id)) throw new Refusal('9300503', 'delivery_id does not exist')
  if (delivery_id === example.deliveryId && biz_id === example.bizId) return documented('wechat-get-quota')
  const account = accounts.find(each => each.deliveryId === delivery_id && each.bizId === biz_id)
  if (!account || account.status === 'auditing') throw new Refusal('9300525', 'biz_id is not bound')
  if (account.status === 'rejected') throw new Refusal('9300501', 'delivery logic failed')
  const left = waybillsLeft(account, now)
  if (left === undefined) throw new Refusal('9300527', 'this courier has no waybill quota')
  return { quota_num: left }
}

/** GET /cgi-bin/express/business/account/getall. Source: logistics.getAllAccount. */
export function allAccounts(accounts: readonly WaybillAccount[], now: number): Record<string, unknown> {
  const list = accounts.map(account => describe(account, now))
  return { count: list.length, list }
}

/** What the courier adds to a 9300501. */
export const courierFailure = { delivery_resultcode: 10, delivery_resultmsg: '示例:客户编码或密码错误' }

function describe(account: WaybillAccount, now: number): Record<string, unknown> {
  const synced = syncedAt(account, now)
  const left = waybillsLeft(account, synced)
  return {
    biz_id: account.bizId,
    delivery_id: account.deliveryId,
    create_time: CREATED,
    update_time: CREATED,
    status_code: STATUS_CODES[account.status],
    alias: account.alias,
    remark_wrong_msg: account.status === 'rejected' ? courierFailure.delivery_resultmsg : '',
    remark_content: account.remark,
    ...(left !== undefined && { quota_num: left, quota_update_time: Math.floor(synced / 1_000) }),
    service_type: [{ service_type: 0, service_name: '标准快递' }],
  }
}
