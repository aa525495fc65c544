import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { CLIENT, resultOf, TIMER, until, Workspace } from './testing'

const sdk = JSON.stringify(require.resolve('wx-server-sdk'))

const functions = {
  count: 'let n = 0; exports.main = async () => ({ n: ++n, pid: process.pid })',
  echo: 'exports.main = (event, context) => ({ event, context, left: context.getRemainingTimeInMillis() })',
  environment: 'exports.main = async () => process.env',
  nothing: 'exports.main = () => {}',
  wxContext: `const cloud = require(${sdk}); cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
    exports.main = async () => cloud.getWXContext()`,
  slowEnvironment: `exports.main = async ({ ms }) => {
    await new Promise(resolve => setTimeout(resolve, ms))
    return { pid: process.pid, openid: process.env.WX_OPENID, token: process.env.WX_API_TOKEN }
  }`,
  talk: `exports.main = async ({ lines }) => {
    process.stderr.write('careful')
    for (let i = 0; i < lines; i++) console.log('line ' + i + ' 余量')
  }`,
  hidden: 'exports.main = async () => ({ send: typeof process.send, execArgv: process.execArgv, cwd: process.cwd() })',
}

let workspace: Workspace

beforeAll(() => {
  process.env['PARENTS_SECRET'] = 'secret'
  workspace = new Workspace(functions)
})

afterEach(() => {
  workspace.logs.length = 0
})

afterAll(async () => {
  delete process.env['PARENTS_SECRET']
  await workspace.close()
})

describe('instances', () => {
  test('the first call is cold; a warm instance keeps its module state', async () => {
    const runtime = workspace.runtime()
    const first = await runtime.invoke('count', {}, CLIENT)
    const second = await runtime.invoke('count', {}, CLIENT)
    expect(first).toMatchObject({ ok: true, coldStart: true, result: { n: 1 } })
    expect(second).toMatchObject({ ok: true, coldStart: false, result: { n: 2 } })
    expect(second.requestId).not.toBe(first.requestId)
    expect(runtime.instances()).toEqual([
      { functionName: 'count', pid: expect.any(Number), requestId: undefined, invocations: 2 },
    ])
  })

  test('concurrent calls have instances and environments of their own', async () => {
    const runtime = workspace.runtime()
    const openids = ['oA', 'oB', 'oC']
    const outcomes = await Promise.all(
      openids.map(openid => runtime.invoke('slowEnvironment', { ms: 100 }, { kind: 'client', openid })),
    )
    const results = outcomes.map(outcome => resultOf<{ pid: number; openid: string; token: string }>(outcome))
    expect(results.map(({ openid }) => openid)).toEqual(openids)
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(3)
    expect(new Set(results.map(({ token }) => token)).size).toBe(3)
  })

  test('beyond maxInstances calls wait for their turn', async () => {
    const runtime = workspace.runtime({ perFunction: { slowEnvironment: { maxInstances: 1 } } })
    const outcomes = await Promise.all(
      ['oA', 'oB', 'oC'].map(openid => runtime.invoke('slowEnvironment', { ms: 20 }, { kind: 'client', openid })),
    )
    const results = outcomes.map(outcome => resultOf<{ pid: number; openid: string }>(outcome))
    expect(results.map(({ openid }) => openid)).toEqual(['oA', 'oB', 'oC'])
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(1)
    expect(outcomes.map(({ coldStart }) => coldStart)).toEqual([true, false, false])
  })

  test('an instance ends after idleMs', async () => {
    const runtime = workspace.runtime({ limits: { idleMs: 10 } })
    await runtime.invoke('nothing', {}, CLIENT)
    await until(() => runtime.instances().length === 0)
  })
})

describe('what a function sees', () => {
  test('nothing of the parent, and nothing of the invocation before', async () => {
    const runtime = workspace.runtime()
    const asClient = resultOf<NodeJS.ProcessEnv>(await runtime.invoke('environment', {}, CLIENT))
    const asTimer = resultOf<NodeJS.ProcessEnv>(await runtime.invoke('environment', {}, TIMER))
    expect(asClient).toMatchObject({ WX_OPENID: 'oAlice', TRIGGER_SRC: 'tcb', OWNERS_SETTING: 'yes', TZ: 'UTC' })
    expect(asClient).not.toHaveProperty('PARENTS_SECRET')
    expect(asClient).not.toHaveProperty('HOME')
    expect(asTimer).toMatchObject({ TRIGGER_SRC: 'timer', TCB_SOURCE: 'wx_trigger', OWNERS_SETTING: 'yes' })
    expect(asTimer).not.toHaveProperty('WX_OPENID')
    expect(asTimer).not.toHaveProperty('WX_CLIENTIP')
    expect(asTimer['WX_API_TOKEN']).not.toBe(asClient['WX_API_TOKEN'])
    expect(runtime.instances()).toHaveLength(1)
  })

  test('the real SDK finds the caller in it', async () => {
    const runtime = workspace.runtime()
    expect(resultOf(await runtime.invoke('wxContext', {}, CLIENT))).toEqual({
      CLIENTIP: '127.0.0.1',
      APPID: 'wxapp',
      OPENID: 'oAlice',
      ENV: 'local-env',
      SOURCE: 'wx_client',
    })
    expect(resultOf(await runtime.invoke('wxContext', {}, TIMER))).toEqual({
      APPID: 'wxapp',
      ENV: 'local-env',
      SOURCE: 'wx_trigger',
    })
    const nested = { kind: 'function', source: 'wx_client', openid: 'oAlice' } as const
    expect(resultOf(await runtime.invoke('wxContext', {}, nested))).toMatchObject({
      OPENID: 'oAlice',
      SOURCE: 'wx_client,scf',
    })
    expect(runtime.instances()).toHaveLength(1)
  })

  test('an event of its own and the context of SCF', async () => {
    const runtime = workspace.runtime({ limits: { timeoutMs: 5000 } })
    const outcome = await runtime.invoke('echo', { at: new Date(0), none: undefined }, CLIENT)
    const { event, context, left } = resultOf<{ event: unknown; context: Record<string, string>; left: number }>(
      outcome,
    )
    expect(event).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      userInfo: { appId: 'wxapp', openId: 'oAlice' },
      tcbContext: {},
    })
    expect(context).toMatchObject({
      request_id: outcome.requestId,
      function_name: 'echo',
      function_version: '$LATEST',
      namespace: 'local-env',
      tencentcloud_region: 'ap-shanghai',
      time_limit_in_ms: 5000,
      memory_limit_in_mb: 256,
      callbackWaitsForEmptyEventLoop: true,
    })
    expect(context['environ']).toContain('WX_OPENID=oAlice;')
    expect(JSON.parse(context['environment'] ?? '')).toMatchObject({ WX_OPENID: 'oAlice', TCB_SOURCE: 'wx_client' })
    expect(left).toBeGreaterThan(4000)
    expect(left).toBeLessThanOrEqual(5000)
  })

  test('no channel to the runtime, no flags but the memory limit, its own folder', async () => {
    expect(resultOf(await workspace.runtime().invoke('hidden', {}, CLIENT))).toEqual({
      send: 'undefined',
      execArgv: ['--max-old-space-size=256'],
      cwd: expect.stringMatching(/cloudfunctions.hidden$/),
    })
  })
})

describe('an invocation', () => {
  test('that returns nothing gives null', async () => {
    expect(await workspace.runtime().invoke('nothing', null, CLIENT)).toMatchObject({ ok: true, result: null })
  })

  test('has a token while it runs, and not after', async () => {
    const issued: string[] = []
    const { sessions } = workspace
    const issue = sessions.issue.bind(sessions)
    const watched = Object.assign(Object.create(sessions) as typeof sessions, {
      issue: (session: Parameters<typeof issue>[0]) => {
        const token = issue(session)
        issued.push(token)
        return token
      },
    })
    const running = workspace.runtime({ sessions: watched }).invoke('slowEnvironment', { ms: 50 }, CLIENT)
    await until(() => issued.length === 1)
    const [token = ''] = issued
    expect(sessions.find(token)).toEqual({ functionName: 'slowEnvironment', source: 'wx_client', openid: 'oAlice' })
    expect(resultOf(await running)).toMatchObject({ token })
    expect(sessions.find(token)).toBeUndefined()
  })

  test('has all its lines in the log before its answer, under its request id', async () => {
    // Far more than a pipe holds.
    const lines = 20_000
    const { requestId } = await workspace.runtime().invoke('talk', { lines }, CLIENT)
    const of = (stream: string) => workspace.logs.filter(log => log.stream === stream)
    expect(of('stderr')).toEqual([{ functionName: 'talk', requestId, stream: 'stderr', line: 'careful' }])
    expect(of('stdout')).toHaveLength(lines)
    expect(of('stdout').at(-1)).toEqual({
      functionName: 'talk',
      requestId,
      stream: 'stdout',
      line: `line ${lines - 1} 余量`,
    })
  })
})

test('functionNames and permissions tell what is built', () => {
  const runtime = workspace.runtime()
  expect(runtime.functionNames()).toEqual(Object.keys(functions).sort())
  expect(runtime.permissions('echo')).toEqual([])
})
