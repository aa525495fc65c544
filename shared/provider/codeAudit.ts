import * as v from 'valibot'
import type { Call } from '../call'
import { anyAuthorizerTokens, authorizerTokens } from '../token'
import { callWechatApi } from '../upstream/wechat'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const answerSchema = v.object({ rest: count, limit: count, speedup_rest: count, speedup_limit: count })

export interface CodeAuditQuota {
  /** Code audits left this month, for all Mini Programs of the service provider together. */
  rest: number
  /** Code audits granted this month. */
  limit: number
  /** Speed-ups left this month. */
  speedupRest: number
  /** Speed-ups granted this month. */
  speedupLimit: number
  /** `not-granted`: WeChat granted nothing, which is not the same as used up. */
  standing: 'current' | 'not-granted'
}

/**
 * The service provider's code-audit allowance, under the token of this authorised app, or of any: they share it.
 * Source: GET /wxa/queryquota. Throws NOT_CONFIGURED, NOT_FOUND for an app that did not authorise, upstream errors.
 */
export async function readCodeAuditQuota(authorizerAppid: string | undefined, call: Call): Promise<CodeAuditQuota> {
  const tokens = authorizerAppid === undefined ? anyAuthorizerTokens() : authorizerTokens(authorizerAppid)
  const answer = await callWechatApi({ method: 'GET', path: '/wxa/queryquota', tokens, answer: answerSchema }, call)
  const granted = answer.rest + answer.limit + answer.speedup_rest + answer.speedup_limit > 0
  return {
    rest: answer.rest,
    limit: answer.limit,
    speedupRest: answer.speedup_rest,
    speedupLimit: answer.speedup_limit,
    standing: granted ? 'current' : 'not-granted',
  }
}
