import type * as v from 'valibot'
import { type Call, CallError, raceSignal } from '../../call'
import { cloudSdk, sdkErrorCode, sdkErrorMessage } from '../../cloud'
import { checkAnswer } from '../answer'
import { callUpstream } from '../attempt'
import { changed, unavailable } from '../failure'
import { wechatFailure } from './failure'

/** Invalid JSON inside the platform's answer. */
const INVALID_ANSWER = -601001

export interface CloudCall<Schema> {
  /** The API's name, which the function's config.json must declare; the build compares both. */
  api: `${string}.${string}`
  parameters: Record<string, string>
  /** What the answer must look like, in camelCase. */
  answer: Schema
}

/**
 * A cloud call by the real wx-server-sdk, as the Mini Program that the function belongs to.
 * Throws the typed error of WeChat's code, UPSTREAM_CHANGED, or DEADLINE_EXCEEDED.
 */
export function cloudCall<const Schema extends v.GenericSchema>(
  { api, parameters, answer }: CloudCall<Schema>,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  return callUpstream(
    {
      provider: 'wechat',
      action: api,
      async attempt(signal) {
        return checkAnswer(answer, await invoke(api, parameters, call, signal), 'wechat')
      },
    },
    call,
  )
}

async function invoke(
  api: string,
  parameters: Record<string, string>,
  call: Call,
  signal: AbortSignal,
): Promise<unknown> {
  const [group = '', name = ''] = api.split('.')
  const work: Promise<unknown> = cloudSdk(call.environment).openapi[group][name](parameters)
  try {
    // The SDK takes no signal; its own time-out is 15 s.
    return await raceSignal(work, signal)
  } catch (error) {
    if (error instanceof CallError) throw error
    const code = sdkErrorCode(error)
    if (code === undefined) {
      throw unavailable({ provider: 'wechat', code: 'SDK', message: 'the SDK failed without a code' }, error)
    }
    if (code === INVALID_ANSWER) throw changed('wechat', 'answer: expected JSON')
    throw wechatFailure(code, sdkErrorMessage(error), api, error)
  }
}
