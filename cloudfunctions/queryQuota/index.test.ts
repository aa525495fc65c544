import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { captureConsole } from '../../tests/support/console'
import { callWithAnything } from '../../tests/support/envelope'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { ADMIN, setVariables, TIMER } from '../../tests/support/variables'
import { main } from '.'

const CONTEXT = { request_id: 'r-1', time_limit_in_ms: 3000 }

describe('queryQuota', () => {
  let upstream: TestUpstream
  let restore = () => {}
  beforeEach(async () => {
    upstream = await startUpstream(() => json({ errcode: 0, rest: 18, limit: 20, speedup_rest: 0, speedup_limit: 0 }))
    restore = setVariables({
      ...ADMIN,
      WECHAT_API_URL: upstream.url,
      WECHAT_AUTHORIZER_APPID: 'wx1',
      WECHAT_AUTHORIZER_ACCESS_TOKEN: 'canary-token',
    })
  })
  afterEach(async () => {
    restore()
    await upstream.close()
  })

  it.each<[string, object]>([
    ['of any authorised app', {}],
    ['of this app', { authorizerAppid: 'wx1' }],
  ])('gives the allowance under the token %s', async (_, event) => {
    const data = { rest: 18, limit: 20, speedupRest: 0, speedupLimit: 0, standing: 'current' }
    expect(await call(event)).toEqual({ ok: true, data, requestId: 'r-1' })
  })

  it('gives it to its own timer, whose Message is blank', async () => {
    const undo = setVariables(TIMER)
    expect(await call({ Type: 'Timer', TriggerName: 't', Time: 'now', Message: '' })).toMatchObject({ ok: true })
    undo()
  })

  it('logs the call and the invocation, never the token', async () => {
    const { lines, text } = await captureConsole(() => main({}, CONTEXT))
    expect(lines).toMatchObject([
      { event: 'upstream', function: 'queryQuota', requestId: 'r-1', action: '/wxa/queryquota', code: 'OK' },
      { event: 'invocation', function: 'queryQuota', requestId: 'r-1', caller: 'client', code: 'OK' },
    ])
    expect(text).not.toContain('canary')
  })

  it('names a variable that is missing', async () => {
    const undo = setVariables({ WECHAT_AUTHORIZER_ACCESS_TOKEN: undefined })
    const result = await call({})
    undo()
    expect(result).toMatchObject({ ok: false, error: { code: 'NOT_CONFIGURED' } })
    expect(result.ok || result.error.message).toContain('WECHAT_AUTHORIZER_ACCESS_TOKEN')
  })

  it.each<[unknown, string[]]>([
    [{ appid: 'wx1' }, ['appid']],
    [{ authorizerAppid: 7 }, ['authorizerAppid']],
    [{ authorizerAppid: null }, ['authorizerAppid']],
    [{ authorizerAppid: 'x'.repeat(10_001) }, ['authorizerAppid']],
    [{ constructor: 1 }, ['constructor']],
    [[], ['']],
  ])('refuses %p before any call', async (event, paths) => {
    const result = await call(event)
    expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT' } })
    expect(result.ok ? [] : result.error.fields?.map(({ path }) => path)).toEqual(paths)
    expect(upstream.exchanges).toEqual([])
  })

  it('answers anything with a well-formed envelope', async () => {
    // Without a token: no event reaches the network.
    const undo = setVariables({ WECHAT_AUTHORIZER_ACCESS_TOKEN: undefined })
    const codes = await callWithAnything(main, ['authorizerAppid'])
    undo()
    expect([...codes].sort()).toEqual(['INVALID_ARGUMENT', 'NOT_CONFIGURED', 'NOT_FOUND'])
  }, 60_000)

  async function call(event: unknown) {
    return (await captureConsole(() => main(event, CONTEXT))).result
  }
})
