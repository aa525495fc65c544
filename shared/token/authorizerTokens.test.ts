import { describe, expect, it } from '@jest/globals'
import { makeCall } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import { anyAuthorizerTokens, authorizerTokens } from './authorizerTokens'

const VARIABLES = { WECHAT_AUTHORIZER_APPID: 'wx1', WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token-1' }

describe('authorizerTokens', () => {
  it('gives the token of the app that it belongs to', async () => {
    expect(await authorizerTokens('wx1').current(makeCall({ variables: VARIABLES }))).toBe('token-1')
  })

  it.each(['wx2', 'WX1', 'wx1 '])('is NOT_FOUND for the app %p: its numbers would be wrong ones', async appid => {
    const error = await failureOf(authorizerTokens(appid).current(makeCall({ variables: VARIABLES })))
    expect(error.code).toBe('NOT_FOUND')
    expect(error.text.en).toContain('authorizerAppid')
  })

  it.each(Object.keys(VARIABLES))('is NOT_CONFIGURED naming %s when it is missing', async name => {
    const call = makeCall({ variables: { ...VARIABLES, [name]: ' ' } })
    const error = await failureOf(authorizerTokens('wx1').current(call))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.message).toContain(name)
  })

  it('has no other token', async () => {
    const call = makeCall({ variables: VARIABLES })
    expect(await authorizerTokens('wx1').replace('token-1', call)).toBeUndefined()
  })
})

describe('anyAuthorizerTokens', () => {
  it('gives the token there is, whoever’s', async () => {
    const call = makeCall({ variables: { WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token-1' } })
    expect(await anyAuthorizerTokens().current(call)).toBe('token-1')
    expect(await anyAuthorizerTokens().replace('token-1', call)).toBeUndefined()
  })

  it('is NOT_CONFIGURED without one', async () => {
    const error = await failureOf(anyAuthorizerTokens().current(makeCall()))
    expect(error.message).toContain('WECHAT_AUTHORIZER_ACCESS_TOKEN')
  })
})
