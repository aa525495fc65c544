import { CallError, text, type UpstreamDetail } from '../../call'
import { changed, httpFailure, rateLimited, rejected, unavailable } from '../failure'
import { networkFailure } from '../http'

/**
 * What the SDK threw as the typed error that tells what to do. Told apart by shape, not by class: its classes lose their
 * names when a bundle is minified. What is none of the SDK's failures comes back as it is.
 */
export function tencentFailure(thrown: unknown): unknown {
  if (typeof thrown !== 'object' || thrown === null) return thrown
  const { name, type, code, httpCode, message, requestId } = thrown as Record<string, unknown>
  if (typeof httpCode === 'number') return httpFailure('tencent', httpCode)
  // The SDK reads `Response.Error` of what may have no `Response`.
  if (name === 'TypeError') return changed('tencent', 'Response: expected Object')
  if (type === 'invalid-json') return changed('tencent', 'answer: expected JSON')
  const words = typeof message === 'string' ? message : ''
  if (words.startsWith('answer: longer')) return changed('tencent', words)
  // The network's failures have an empty request id, or none.
  if (typeof code === 'string' && typeof requestId === 'string') {
    return refusal({ provider: 'tencent', code, message: words, ...(requestId && { requestId }) })
  }
  if (typeof requestId === 'string' && 'code' in thrown) return changed('tencent', 'Response.Error.Code', requestId)
  if (typeof type === 'string' || typeof requestId === 'string') return connectionFailure(words)
  return thrown
}

/** One of the API's error codes. Source: the APIs' own lists and Tencent Cloud's common error codes. */
function refusal(upstream: UpstreamDetail): CallError {
  const { code } = upstream
  if (/^(Request)?LimitExceeded/.test(code)) return rateLimited(upstream)
  if (/^(InternalError|ServiceUnavailable)/.test(code)) return unavailable(upstream)
  if (code === 'ResourceNotFound.NotExistApplication') return unknownApplication(upstream)
  if (code === 'AuthFailure.SignatureExpire') {
    const zh = '签名已过期：请检查运行环境的时钟。'
    const en = 'The signature has expired: check the clock of this machine.'
    return rejected(upstream, text(zh, en))
  }
  if (/^(UnauthorizedOperation|AuthFailure\.UnauthorizedOperation)/.test(code)) {
    const zh = '该密钥没有调用此接口的权限，请在访问管理 CAM 中授权。'
    const en = 'The key may not call this API. Grant it the permission in Cloud Access Management (CAM).'
    return rejected(upstream, text(zh, en))
  }
  if (code.startsWith('AuthFailure')) {
    const zh = '请检查环境变量 TENCENT_SECRET_ID 与 TENCENT_SECRET_KEY。'
    const en = 'Check the environment variables TENCENT_SECRET_ID and TENCENT_SECRET_KEY.'
    return rejected(upstream, text(zh, en))
  }
  return rejected(upstream)
}

function unknownApplication(upstream: UpstreamDetail): CallError {
  return new CallError(
    'NOT_CONFIGURED',
    text(
      '腾讯电子签没有这个应用号。请检查环境变量 TENCENT_ESS_APP_ID。',
      'Tencent e-sign has no such application. Check the environment variable TENCENT_ESS_APP_ID.',
    ),
    { upstream },
  )
}

/** Refused, reset, cut off or timed out. Only the reason's code goes on: the SDK's words name the whole URL. */
function connectionFailure(words: string): CallError {
  const code = /\bE[A-Z]{3,}[A-Z_]*\b/.exec(words)?.[0] ?? (/time-?out/i.test(words) ? 'ETIMEDOUT' : undefined)
  // Node reports a peer that closes before the answer without a code in the message.
  const isReset = /socket hang up|aborted|premature close/i.test(words)
  const reason = code ?? (isReset ? 'ECONNRESET' : undefined)
  return networkFailure('tencent', Object.assign(new Error('the connection failed'), reason && { code: reason }))
}
