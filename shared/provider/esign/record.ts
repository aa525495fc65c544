import * as v from 'valibot'
import type { Call } from '../../call'
import type { DaySpan } from '../../meter/day'
import { changed } from '../../upstream/failure'
import { itemsOnPage, requestTencent } from '../../upstream/tencent'

/** The most that every version of the API takes. */
export const RECORDS_PER_PAGE = 50

/** The kinds that can be asked for; an answer may bring others. */
export const QUOTA_TYPES = [
  'CloudEnterprise',
  'SingleSignature',
  'CloudProve',
  'CloudOnlineSign',
  'ChannelWeCard',
  'SignFlow',
  'SignFace',
  'SignPassword',
  'SignSMS',
  'PersonalEssAuth',
  'PersonalThirdAuth',
  'OrgEssAuth',
  'FlowNotify',
  'AuthService',
] as const

const words = v.nullish(v.string())
const integer = v.pipe(v.number(), v.safeInteger())

const answerSchema = v.object({
  Total: v.pipe(integer, v.minValue(0)),
  Details: v.nullish(
    v.array(
      v.object({
        CostTime: v.nullish(integer),
        CostType: integer,
        CreateOrganizationName: words,
        FlowId: words,
        FlowName: words,
        OperatorName: words,
        QuotaName: words,
        QuotaType: v.pipe(v.string(), v.nonEmpty()),
        Remark: words,
        FlowStatus: words,
        UseCount: integer,
      }),
    ),
  ),
  RequestId: v.optional(v.string()),
})

type Detail = NonNullable<v.InferOutput<typeof answerSchema>['Details']>[number]

/** One charge or return; null where the upstream names nothing. */
export interface UsageRecord {
  /** Unix seconds. */
  costTime: number | null
  /** 1 a charge, 2 a return. */
  costType: number
  createOrganizationName: string | null
  flowId: string | null
  flowName: string | null
  /** Several are separated by `;`. */
  operatorName: string | null
  quotaName: string | null
  quotaType: string
  remark: string | null
  flowStatus: string | null
  /** Negative for returns. */
  useCount: number
}

export interface UsageSelection {
  /** One of QUOTA_TYPES; default all. */
  quotaType?: string | undefined
  /** One client organisation; default all of the application. */
  proxyOrganizationOpenId?: string | undefined
}

export interface UsagePageRequest extends UsageSelection {
  /** Within one calendar month. */
  span: DaySpan
  /** From 0. */
  page: number
  pageSize: number
  /** Whether the page must hold all that the total promises. */
  isWhole?: boolean
}

/**
 * One page of charges and returns. Source: ChannelDescribeBillUsageDetail (essbasic 2021-05-26), whose `Offset` is a page
 * number. Throws NOT_CONFIGURED without TENCENT_ESS_APP_ID, UPSTREAM_CHANGED for a page shorter than promised, upstream
 * errors.
 */
export async function requestUsagePage(request: UsagePageRequest, call: Call) {
  const { span, page, pageSize, quotaType, proxyOrganizationOpenId, isWhole } = request
  const answer = await requestTencent(
    {
      service: 'essbasic',
      action: 'ChannelDescribeBillUsageDetail',
      parameters: {
        Agent: {
          AppId: call.environment.need('TENCENT_ESS_APP_ID'),
          ...(proxyOrganizationOpenId !== undefined && { ProxyOrganizationOpenId: proxyOrganizationOpenId }),
        },
        StartTime: span.start,
        EndTime: span.end,
        ...(quotaType !== undefined && { QuotaType: quotaType }),
        Offset: page,
        Limit: pageSize,
      },
      answer: answerSchema,
    },
    call,
  )
  const promised = itemsOnPage(page, pageSize, answer.Total)
  const details = answer.Details ?? []
  if ((isWhole && details.length !== promised) || (!answer.Details && promised > 0)) {
    throw changed('tencent', `Details: expected ${promised} items, got ${details.length}`, answer.RequestId)
  }
  return { records: details.map(recordOf), total: answer.Total }
}

function recordOf(detail: Detail): UsageRecord {
  return {
    costTime: detail.CostTime ?? null,
    costType: detail.CostType,
    createOrganizationName: detail.CreateOrganizationName ?? null,
    flowId: detail.FlowId ?? null,
    flowName: detail.FlowName ?? null,
    operatorName: detail.OperatorName ?? null,
    quotaName: detail.QuotaName ?? null,
    quotaType: detail.QuotaType,
    remark: detail.Remark ?? null,
    flowStatus: detail.FlowStatus ?? null,
    useCount: detail.UseCount,
  }
}
