import { describe, expect, it } from '@jest/globals'
import { environmentFrom } from './environment'
import { errorBody } from './errorBody'
import { CallError, type ErrorCode } from './errors'
import { text } from './text'

const TEXT = text('中文', 'English')

describe('CallError', () => {
  const retryable: Record<ErrorCode, boolean> = {
    INVALID_ARGUMENT: false,
    PERMISSION_DENIED: false,
    NOT_CONFIGURED: false,
    NOT_FOUND: false,
    NOT_APPLICABLE: false,
    RATE_LIMITED: true,
    UPSTREAM_REJECTED: false,
    UPSTREAM_UNAVAILABLE: true,
    UPSTREAM_CHANGED: false,
    DEADLINE_EXCEEDED: true,
    CONFLICT: true,
    INTERNAL: false,
  }

  it.each(Object.entries(retryable) as [ErrorCode, boolean][])('%s may be tried again: %s', (code, expected) => {
    expect(new CallError(code, TEXT).retryable).toBe(expected)
  })

  it('is an Error with its name, its code in the message, and its cause', () => {
    const cause = new Error('socket')
    const error = new CallError('CONFLICT', TEXT, { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('CallError')
    expect(error.message).toBe('CONFLICT: English')
    expect(error.cause).toBe(cause)
  })
})

describe('errorBody', () => {
  const environment = environmentFrom({ KEY: 'k-123' })

  it('blots credentials out of what the upstream said', () => {
    const concealing = environmentFrom({ KEY: 'k-123' })
    concealing.secret('KEY')
    concealing.conceal('t-456')
    const upstream = { provider: 'huawei' as const, code: 'APIGW.0301', message: 'ak:k-123 token t-456 not exist' }
    const body = errorBody(new CallError('UPSTREAM_REJECTED', TEXT, { upstream }), {
      language: 'en',
      environment: concealing,
    })
    expect(body.upstream?.message).toBe('ak:*** token *** not exist')
  })

  const detail = {
    fields: [{ path: 'a.0', message: text('错', 'wrong') }],
    upstream: { provider: 'wechat' as const, code: '-1', message: 'busy', requestId: 'r1' },
    cause: new Error('secret'),
  }

  it('speaks the asked language, fields included', () => {
    const error = new CallError('INVALID_ARGUMENT', TEXT, detail)
    expect(errorBody(error, { language: 'zh', environment })).toMatchObject({
      message: '中文',
      fields: [{ path: 'a.0', message: '错' }],
    })
    expect(errorBody(error, { language: 'en', environment })).toMatchObject({
      message: 'English',
      fields: [{ path: 'a.0', message: 'wrong' }],
    })
  })

  it('holds code, retryable and what the upstream said, and nothing of the cause', () => {
    const body = errorBody(new CallError('RATE_LIMITED', TEXT, detail), { language: 'en', environment })
    expect(body).toEqual({
      code: 'RATE_LIMITED',
      message: 'English',
      retryable: true,
      fields: [{ path: 'a.0', message: 'wrong' }],
      upstream: detail.upstream,
    })
  })

  it('leaves out fields and upstream when there are none', () => {
    expect(errorBody(new CallError('NOT_FOUND', TEXT), { language: 'en', environment })).toEqual({
      code: 'NOT_FOUND',
      message: 'English',
      retryable: false,
    })
  })
})
