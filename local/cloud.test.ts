import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type CloudExchange, type LocalCloud, type LocalCloudOptions, startLocalCloud } from './cloud'
import { isAlive, resultOf, until, Workspace } from './runtime/testing'

const sdk = JSON.stringify(require.resolve('wx-server-sdk'))

const functions = {
  write: `const cloud = require(${sdk}); cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
    exports.main = async () => {
      const collection = cloud.database().collection('c')
      for (let n = 1; n <= 3; n++) await collection.add({ data: { _id: String(n) } })
    }`,
  echo: 'exports.main = async (event, context) => ({ event, limit: context.time_limit_in_ms, variables: process.env })',
}

let workspace: Workspace
let cloud: LocalCloud

beforeAll(() => {
  workspace = new Workspace(functions)
  // As the project's folder is laid out.
  cpSync(workspace.functionsDirectory, join(workspace.directory, 'dist/cloudfunctions'), { recursive: true })
  mkdirSync(join(workspace.directory, 'dist/local'))
  cpSync(workspace.instanceScript, join(workspace.directory, 'dist/local/instance.js'))
  const trigger = { name: 'everySecond', type: 'timer', config: '* * * * * * *' }
  const file = join(workspace.directory, 'dist/cloudfunctions/echo/config.json')
  writeFileSync(file, JSON.stringify({ triggers: [trigger] }))
})

afterEach(() => cloud.close())

afterAll(() => workspace.close())

let clouds = 0

async function start(options: Partial<LocalCloudOptions> = {}): Promise<void> {
  const dataDirectory = join(workspace.directory, `data-${++clouds}`)
  cloud = await startLocalCloud({ root: workspace.directory, dataDirectory, ...options })
}

const CLIENT = { kind: 'client', openid: 'oAlice' } as const

describe('a function that is killed at one of its exchanges', () => {
  test.each([
    ['before', ['1']],
    ['after', ['1', '2']],
  ] as const)('%s the second is carried out, leaves %j', async (phase, left) => {
    let exchanges = 0
    const kill = async (exchange: CloudExchange) => {
      if (exchange.server !== 'gateway' || exchange.api !== 'database.insertDocument') return
      if (exchange.phase !== phase || ++exchanges !== 2) return
      const { pid } = cloud.runtime.instances().find(({ functionName }) => functionName === 'write') ?? {}
      if (pid === undefined) throw new Error('no instance runs')
      process.kill(pid, 'SIGKILL')
      await exchange.gone()
      await until(() => !isAlive(pid))
    }
    await start({ onExchange: kill })
    cloud.gateway.database.addCollection('c')
    expect(await cloud.runtime.invoke('write', {}, CLIENT)).toMatchObject({ ok: false, code: 'FUNCTION_EXITED' })
    expect(cloud.gateway.database.find({ collection: 'c' }).documents).toEqual(left.map(_id => ({ _id })))
    expect(await cloud.runtime.invoke('echo', {}, CLIENT)).toMatchObject({ ok: true })
  })
})

test('hears of the exchanges of both servers', async () => {
  const heard: string[] = []
  await start({ onExchange: ({ server, api, phase }) => void heard.push(`${server} ${phase} ${api}`) })
  cloud.gateway.database.addCollection('c')
  await cloud.runtime.invoke('write', {}, CLIENT)
  expect(heard).toHaveLength(6)
  expect(heard.slice(0, 2)).toEqual(['gateway before database.insertDocument', 'gateway after database.insertDocument'])
  await fetch(`${cloud.sandbox.url}/wxa/queryquota`, { headers: { 'x-sandbox-host': 'api.weixin.qq.com' } })
  expect(heard.slice(6)).toEqual(['sandbox before /wxa/queryquota', 'sandbox after /wxa/queryquota'])
})

describe('the functions', () => {
  interface Echo {
    event: unknown
    limit: number
    variables: Record<string, string>
  }

  test('have limits of their own', async () => {
    await start({ limits: { timeoutMs: 5_000 }, perFunction: { echo: { timeoutMs: 7_000 }, write: {} } })
    expect(resultOf<Echo>(await cloud.runtime.invoke('echo', {}, CLIENT)).limit).toBe(7_000)
  })

  test('have a key of 32 bytes that nobody takes for a real one, and APIs to watch', async () => {
    await start()
    const { variables } = resultOf<Echo>(await cloud.runtime.invoke('echo', {}, CLIENT))
    const key = Buffer.from(variables['YULIANG_KEY'] ?? '', 'base64')
    expect(key).toHaveLength(32)
    expect(key.toString()).toMatch(/not-a-real-key/)
    expect(variables['WECHAT_API_PATHS']).toBe('/wxa/queryquota,/cgi-bin/express/business/quota/get')
  })
})

describe('timers', () => {
  test('fire by hand without running', async () => {
    const onFired = jest.fn()
    await start({ onFired })
    const outcome = await cloud.timers.fire('echo')
    expect(outcome).toMatchObject({ result: { event: { Type: 'Timer', TriggerName: 'everySecond' } } })
    expect(onFired.mock.calls).toEqual([['echo', outcome]])
    expect(cloud.timers.next('echo').getTime()).toBeGreaterThan(Date.now() - 1_000)
  })

  test('run when asked to', async () => {
    const fired = new Promise(resolve => {
      void start({ timers: true, onFired: resolve })
    })
    expect(await fired).toBe('echo')
  })
})
