import pMap from 'p-map'
import * as v from 'valibot'
import { type Call, CallError, type ErrorBody, errorBody } from '../call'
import { authorizerTokens } from '../token'
import { callWechatApi, cloudCall } from '../upstream/wechat'

const CONCURRENCY = 10

const count = v.pipe(v.number(), v.safeInteger())

const quotaAnswer = { cloud: v.object({ quotaNum: count }), https: v.object({ quota_num: count }) }

const accountsAnswer = {
  cloud: v.object({
    list: v.array(
      v.object({
        deliveryId: v.string(),
        bizId: v.string(),
        quotaNum: v.nullish(count),
        quotaUpdateTime: v.nullish(count),
        statusCode: v.nullish(count),
        alias: v.nullish(v.string()),
      }),
    ),
  }),
  https: v.object({
    list: v.array(
      v.object({
        delivery_id: v.string(),
        biz_id: v.string(),
        quota_num: v.nullish(count),
        quota_update_time: v.nullish(count),
        status_code: v.nullish(count),
        alias: v.nullish(v.string()),
      }),
    ),
  }),
}

export interface WaybillAccount {
  /** The courier, for example `YTO`. */
  deliveryId: string
  /** The customer code at the courier. */
  bizId: string
}

export interface WaybillQuota extends WaybillAccount {
  /** Electronic waybills left. */
  quotaNum: number
}

export interface BoundAccount extends WaybillAccount {
  /** Electronic waybills left; null where WeChat names none. */
  quotaNum: number | null
  /** When WeChat last learnt it, Unix seconds. */
  quotaUpdateTime: number | null
  /** 0 bound, 1 under review, 2 failed, 3 unbound. */
  statusCode: number | null
  alias: string | null
}

/**
 * The waybills left in one account, by cloud call, or by HTTPS as an authorised app. Source: logistics.getQuota.
 * Throws NOT_APPLICABLE for a courier without quotas, NOT_FOUND for an unknown courier or account, upstream errors.
 */
export async function readWaybillQuota(
  { deliveryId, bizId }: WaybillAccount,
  authorizerAppid: string | undefined,
  call: Call,
): Promise<WaybillQuota> {
  if (authorizerAppid === undefined) {
    const request = { api: 'logistics.getQuota', parameters: { deliveryId, bizId }, answer: quotaAnswer.cloud } as const
    const { quotaNum } = await cloudCall(request, call)
    return { deliveryId, bizId, quotaNum }
  }
  const { quota_num } = await callWechatApi(
    {
      method: 'POST',
      path: '/cgi-bin/express/business/quota/get',
      body: { delivery_id: deliveryId, biz_id: bizId },
      tokens: authorizerTokens(authorizerAppid),
      answer: quotaAnswer.https,
    },
    call,
  )
  return { deliveryId, bizId, quotaNum: quota_num }
}

/** The waybills left in each of these accounts, in their order; an account that cannot be read has its error instead. */
export function readWaybillQuotas(
  accounts: readonly WaybillAccount[],
  authorizerAppid: string | undefined,
  call: Call,
): Promise<(WaybillQuota | (WaybillAccount & { error: ErrorBody }))[]> {
  const readOne = async (account: WaybillAccount) => {
    try {
      return await readWaybillQuota(account, authorizerAppid, call)
    } catch (error) {
      if (error instanceof CallError) return { ...account, error: errorBody(error, call) }
      throw error
    }
  }
  return pMap(accounts, readOne, { concurrency: CONCURRENCY })
}

/** Every account bound to the Mini Program, by one call. Source: logistics.getAllAccount. Throws upstream errors. */
export async function listWaybillAccounts(authorizerAppid: string | undefined, call: Call): Promise<BoundAccount[]> {
  if (authorizerAppid === undefined) {
    const request = { api: 'logistics.getAllAccount', parameters: {}, answer: accountsAnswer.cloud } as const
    const { list } = await cloudCall(request, call)
    return list.map(
      ({ deliveryId, bizId, quotaNum = null, quotaUpdateTime = null, statusCode = null, alias = null }) => {
        return { deliveryId, bizId, quotaNum, quotaUpdateTime, statusCode, alias }
      },
    )
  }
  const { list } = await callWechatApi(
    {
      method: 'GET',
      path: '/cgi-bin/express/business/account/getall',
      tokens: authorizerTokens(authorizerAppid),
      answer: accountsAnswer.https,
    },
    call,
  )
  return list.map(account => ({
    deliveryId: account.delivery_id,
    bizId: account.biz_id,
    quotaNum: account.quota_num ?? null,
    quotaUpdateTime: account.quota_update_time ?? null,
    statusCode: account.status_code ?? null,
    alias: account.alias ?? null,
  }))
}
