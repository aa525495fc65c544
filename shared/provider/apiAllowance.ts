import * as v from 'valibot'
import { type Call, CallError } from '../call'
import { anyAuthorizerTokens } from '../token'
import { callWechatApi } from '../upstream/wechat'

/** There is no such path (76021), or it belongs to another kind of account than the token (76022). */
const NOT_OF_THIS_TOKEN = new Set(['76021', '76022'])

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const answerSchema = v.object({ quota: v.object({ daily_limit: count, used: count, remain: count }) })

export type ApiAllowance =
  | {
      /** Calls a day. */
      dailyLimit: number
      used: number
      remain: number
      /** `not-granted`: WeChat grants no calls at all, which is not the same as used up. */
      standing: 'current' | 'not-granted'
    }
  /** The path is none that the token's owner can call. */
  | { standing: 'not-applicable' }

/**
 * How often the API at this path, for example `/wxa/queryquota`, may still be called today. Source: POST
 * /cgi-bin/openapi/quota/get. Throws NOT_CONFIGURED without a token, upstream errors.
 */
export async function readApiAllowance(path: string, call: Call): Promise<ApiAllowance> {
  try {
    const { quota } = await callWechatApi(
      {
        method: 'POST',
        path: '/cgi-bin/openapi/quota/get',
        body: { cgi_path: path },
        tokens: anyAuthorizerTokens(),
        answer: answerSchema,
      },
      call,
    )
    const { daily_limit: dailyLimit, used, remain } = quota
    return { dailyLimit, used, remain, standing: dailyLimit + remain > 0 ? 'current' : 'not-granted' }
  } catch (error) {
    if (!(error instanceof CallError) || !NOT_OF_THIS_TOKEN.has(error.upstream?.code ?? '')) throw error
    return { standing: 'not-applicable' }
  }
}
