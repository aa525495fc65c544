import * as v from 'valibot'
import { type Call, CallError } from '../../call'
import type { AccessTokens } from '../../token'
import { checkAnswer } from '../answer'
import { callUpstream } from '../attempt'
import { endpointFrom } from '../endpoint'
import { httpFailure } from '../failure'
import { parseJson, sendHttp } from '../http'
import { TOKEN_CODES, wechatFailure } from './failure'

export interface ApiCall<Schema> {
  method: 'GET' | 'POST'
  /** For example `/wxa/queryquota`. */
  path: string
  body?: Record<string, string>
  tokens: AccessTokens
  /** What the answer must look like, as documented (snake_case). */
  answer: Schema
}

const ENDPOINT = { variable: 'WECHAT_API_URL', host: 'api.weixin.qq.com', domains: ['weixin.qq.com'] }

/** Every answer may carry an error instead of, or beside, its data. */
const errorSchema = v.object({
  errcode: v.optional(v.pipe(v.number(), v.integer())),
  errmsg: v.optional(v.string()),
  delivery_resultcode: v.optional(v.number()),
  delivery_resultmsg: v.optional(v.string()),
})

/**
 * An HTTPS call to WeChat under an access token. A refused token is replaced and the call repeated, once.
 * Throws the typed error of WeChat's code, NOT_CONFIGURED without a token, UPSTREAM_CHANGED, or DEADLINE_EXCEEDED.
 */
export async function callWechatApi<const Schema extends v.GenericSchema>(
  request: ApiCall<Schema>,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  const token = await request.tokens.current(call)
  try {
    return await send(request, token, call)
  } catch (error) {
    if (!isTokenRefusal(error)) throw error
    const renewed = await request.tokens.replace(token, call)
    if (renewed === undefined) throw error
    return await send(request, renewed, call)
  }
}

function send<const Schema extends v.GenericSchema>(
  request: ApiCall<Schema>,
  token: string,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  const endpoint = endpointFrom(call.environment, ENDPOINT)
  const { method, path } = request
  return callUpstream(
    {
      provider: 'wechat',
      action: path,
      async attempt(signal) {
        const { status, body } = await sendHttp({
          provider: 'wechat',
          endpoint,
          method,
          path: `${path}?access_token=${encodeURIComponent(token)}`,
          signal,
          ...(request.body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body) }),
        })
        if (status !== 200) throw httpFailure('wechat', status)
        const answer = parseJson(body, 'wechat')
        const error = checkAnswer(errorSchema, answer, 'wechat')
        if (error.errcode) throw failureOf(error, path)
        return checkAnswer(request.answer, answer, 'wechat')
      },
    },
    call,
  )
}

function isTokenRefusal(error: unknown): boolean {
  return error instanceof CallError && TOKEN_CODES.has(Number(error.upstream?.code))
}

function failureOf(
  { errcode = 0, errmsg = '', delivery_resultcode, delivery_resultmsg }: v.InferOutput<typeof errorSchema>,
  path: string,
) {
  const courier = delivery_resultmsg === undefined ? '' : ` (${delivery_resultcode ?? ''} ${delivery_resultmsg})`
  return wechatFailure(errcode, errmsg + courier, path)
}
