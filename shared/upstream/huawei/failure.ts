import * as v from 'valibot'
import { CallError, text, type UpstreamDetail } from '../../call'
import { httpFailure, rejected } from '../failure'
import type { HttpAnswer } from '../http'

/** `error_code` from the service and its gateway, `error.code` from IAM. */
const errorSchema = v.object({
  error_code: v.optional(v.string()),
  error_msg: v.optional(v.string()),
  error: v.optional(v.object({ code: v.optional(v.union([v.string(), v.number()])), message: v.optional(v.string()) })),
})

/** The credentials were refused (401): what a fresh token may mend. */
export class CredentialsRefused extends CallError {}

/** An answer with a status other than success as the typed error that tells what to do. */
export function huaweiFailure(answer: HttpAnswer): CallError {
  const detail = detailOf(answer)
  const upstream: UpstreamDetail = { provider: 'huawei', code: `HTTP_${answer.status}`, message: '', ...detail }
  if (answer.status === 401) {
    const zh = '华为云不接受身份凭证，请检查 HUAWEI_ACCESS_KEY 与 HUAWEI_SECRET_KEY、令牌或 IAM 用户。'
    const en =
      'Huawei Cloud refused the credentials. Check HUAWEI_ACCESS_KEY and HUAWEI_SECRET_KEY, the token, or the IAM user.'
    return new CredentialsRefused('UPSTREAM_REJECTED', text(zh, en), { upstream })
  }
  // Of the business support system alone: IAM's refusals have other causes.
  if (answer.status === 403 && upstream.code.startsWith('CBC.')) {
    const zh = '此接口只对解决方案提供商或经销商的凭证开放。'
    const en = 'This API is open only to the credentials of a solution provider or distributor.'
    return rejected(upstream, text(zh, en))
  }
  return httpFailure('huawei', answer.status, detail)
}

export function requestIdOf({ headers }: HttpAnswer): string | undefined {
  const id = headers['x-request-id']
  return typeof id === 'string' ? id : undefined
}

function detailOf(answer: HttpAnswer): Partial<UpstreamDetail> {
  const requestId = requestIdOf(answer)
  const { error_code, error_msg, error } = parse(answer.body)
  const code = error_code ?? error?.code
  const message = error_msg ?? error?.message
  return {
    ...(code !== undefined && { code: String(code) }),
    ...(message !== undefined && { message }),
    ...(requestId !== undefined && { requestId }),
  }
}

function parse(body: string): v.InferOutput<typeof errorSchema> {
  try {
    const result = v.safeParse(errorSchema, JSON.parse(body))
    return result.success ? result.output : {}
  } catch {
    // An HTML page of some proxy: the status alone speaks.
    return {}
  }
}
