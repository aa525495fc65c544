import { parseDay } from '../business/calendar'
import { type UsageRecord, usagePage } from '../business/usage'
import type { UsageFilter } from '../business/usagePattern'
import { sandboxCredentials } from '../credentials'
import { documented } from '../documented'
import { Refusal, type World } from '../upstream'
import type { TencentAnswer } from './answer'
import { type DayRange, usageDays } from './esignDays'
import { allowOnly, asInteger, asObject, asString, type Parameters, required } from './parameters'

const QUOTA_TYPES = [
  ...['CloudEnterprise', 'SingleSignature', 'CloudProve', 'CloudOnlineSign', 'ChannelWeCard', 'SignFlow', 'SignFace'],
  ...['SignPassword', 'SignSMS', 'PersonalEssAuth', 'PersonalThirdAuth', 'OrgEssAuth', 'FlowNotify', 'AuthService'],
]
const LARGEST_PAGE = 50

const example = sandboxCredentials.documented.tencent
/** The day of the one record in the document's examples. */
const exampleDay = parseDay('20230918') ?? 0

interface UsageRequest extends DayRange {
  appId: string
  organization?: string
  quotaType?: string
  /** From 0, and a page's number, not a row's. */
  page: number
  limit: number
}

/** ChannelDescribeBillUsageDetail. Source: essbasic 2021-05-26, 查询渠道计费消耗情况. */
export function usageDetail(parameters: Parameters, world: World): TencentAnswer {
  const agent = readAgent(parameters)
  const ofExample = agent.appId === example.essAppId
  const limit = asInteger(parameters['Limit'] ?? LARGEST_PAGE, 'Limit')
  if (limit < 1 || limit > LARGEST_PAGE) {
    if (ofExample) return documented('tencent-esign-usage-1')
    throw new Refusal('InvalidParameter.Limit', '分页参数不合法')
  }
  const page = asInteger(parameters['Offset'] ?? 0, 'Offset')
  if (page < 0) throw new Refusal('InvalidParameter', 'Offset must not be negative.')
  const request = { ...agent, ...readQuotaType(parameters), ...usageDays(parameters, world.now()), page, limit }
  return ofExample ? answerExample(request) : answer(request, world)
}

function answer(request: UsageRequest, world: World): TencentAnswer {
  const { organization, quotaType, page, limit, first, last } = request
  const filter: UsageFilter = { ...(organization && { organization }), ...(quotaType && { quotaType }) }
  const query = { first, last, filter, recordsPerMonth: world.scale.usageRecordsPerMonth, now: world.now() }
  const { total, records } = usagePage(query, page * limit, limit)
  return { Details: records.map(describe), Total: total }
}

/** The documented application has one client organisation and one record. */
function answerExample(request: UsageRequest): TencentAnswer {
  const { organization = example.essOrganization, quotaType = 'CloudEnterprise', page, first, last } = request
  const found = organization === example.essOrganization && quotaType === 'CloudEnterprise'
  if (!found || page > 0 || first > exampleDay || last < exampleDay) return { Details: [], Total: 0 }
  return documented(request.organization ? 'tencent-esign-usage-3' : 'tencent-esign-usage-2')
}

function describe(record: UsageRecord): Record<string, unknown> {
  return {
    CostTime: record.costTime,
    CostType: record.kind === 'charge' ? 1 : 2,
    CreateOrganizationName: record.organization.name,
    FlowId: record.flowId,
    FlowName: record.flowName,
    OperatorName: record.operators,
    QuotaName: record.quotaName,
    QuotaType: record.quotaType,
    Remark: '',
    FlowStatus: record.flowStatus,
    UseCount: record.count,
  }
}

function readAgent(parameters: Parameters): { appId: string; organization?: string } {
  allowOnly(parameters, ['Agent', 'StartTime', 'EndTime', 'QuotaType', 'Offset', 'Limit'])
  const agent = asObject(required(parameters, 'Agent'), 'Agent')
  const known = ['AppId', 'ProxyOrganizationOpenId', 'ProxyOperator', 'ProxyAppId', 'ProxyOrganizationId']
  allowOnly(agent, known, 'Agent.')
  const appId = asString(required(agent, 'AppId', 'Agent.'), 'Agent.AppId')
  if (appId !== sandboxCredentials.tencent.essAppId && appId !== example.essAppId) {
    throw new Refusal('ResourceNotFound.NotExistApplication', '应用号不存在')
  }
  const organization = asString(agent['ProxyOrganizationOpenId'] ?? '', 'Agent.ProxyOrganizationOpenId')
  return organization ? { appId, organization } : { appId }
}

function readQuotaType({ QuotaType }: Parameters): { quotaType?: string } {
  if (QuotaType === undefined || QuotaType === '') return {}
  const quotaType = asString(QuotaType, 'QuotaType')
  if (QUOTA_TYPES.includes(quotaType)) return { quotaType }
  throw new Refusal('InvalidParameterValue.InvalidQuotaType', '非法的套餐类型')
}
