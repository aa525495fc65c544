import { CallError, type Provider, text, type UpstreamDetail } from '../call'

const NAME: Record<Provider, { zh: string; en: string }> = {
  wechat: { zh: '微信', en: 'WeChat' },
  tencent: { zh: '腾讯云', en: 'Tencent Cloud' },
  huawei: { zh: '华为云', en: 'Huawei Cloud' },
}

/** The upstream could not answer: the network failed, or it said that the fault is its own. */
export function unavailable(upstream: UpstreamDetail, cause?: unknown): CallError {
  const { zh, en } = NAME[upstream.provider]
  return new CallError(
    'UPSTREAM_UNAVAILABLE',
    text(
      `${zh}暂时无法回答（${upstream.code}）。请稍后重试。`,
      `${en} cannot answer for the moment (${upstream.code}). Try again later.`,
    ),
    { upstream, cause },
  )
}

/** The upstream refused the request; `advice` says what to do about it. */
export function rejected(upstream: UpstreamDetail, advice?: { zh: string; en: string }): CallError {
  const { zh, en } = NAME[upstream.provider]
  return new CallError(
    'UPSTREAM_REJECTED',
    text(
      `${zh}拒绝了请求（${upstream.code}）。${advice?.zh ?? '请按 upstream.message 的提示处理。'}`,
      `${en} refused the request (${upstream.code}). ${advice?.en ?? 'See upstream.message for the reason.'}`,
    ),
    { upstream },
  )
}

/** The upstream's limit on calls was met. */
export function rateLimited(upstream: UpstreamDetail): CallError {
  const { zh, en } = NAME[upstream.provider]
  return new CallError(
    'RATE_LIMITED',
    text(
      `对${zh}的调用过于频繁或已达当日上限（${upstream.code}）。请稍后重试。`,
      `${en} is being called too often, or the day's limit is reached (${upstream.code}). Try again later.`,
    ),
    { upstream },
  )
}

/** An HTTP status that stands in for an answer; `detail` is what the body says, where it says anything. */
export function httpFailure(provider: Provider, status: number, detail: Partial<UpstreamDetail> = {}): CallError {
  const upstream: UpstreamDetail = { provider, code: `HTTP_${status}`, message: `HTTP status ${status}`, ...detail }
  if (status === 429) return rateLimited(upstream)
  return status >= 500 ? unavailable(upstream) : rejected(upstream)
}

/** The answer does not fit the documented shape; `where` names what does not. */
export function changed(provider: Provider, where: string, requestId?: string): CallError {
  const { zh, en } = NAME[provider]
  return new CallError(
    'UPSTREAM_CHANGED',
    text(
      `${zh}的回答与其文档不符（${where}）。请检查本项目是否有新版本。`,
      `The answer of ${en} does not fit its documentation (${where}). Look for a newer version of this project.`,
    ),
    { upstream: { provider, code: 'UNEXPECTED_ANSWER', message: where, ...(requestId && { requestId }) } },
  )
}

/** What may pass by itself where the limit on calls is one per second: an outage, or that limit. */
export function isOutageOrLimit(error: CallError): boolean {
  return error.code === 'UPSTREAM_UNAVAILABLE' || error.code === 'RATE_LIMITED'
}
