import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { CLIENT, isAlive, TIMER, until, Workspace } from './testing'

const functions = {
  misbehave: `exports.main = async ({ how, size }) => {
    if (how === 'hang') return new Promise(() => {})
    if (how === 'spin') for (;;);
    if (how === 'throw') throw new Error('boom')
    if (how === 'throwText') throw 'just text'
    if (how === 'reject') { Promise.reject(new Error('nobody cares')); return new Promise(() => {}) }
    if (how === 'uncaught') { setImmediate(() => { throw new Error('late') }); return new Promise(() => {}) }
    if (how === 'exit') process.exit(3)
    if (how === 'cycle') { const a = {}; a.a = a; return a }
    if (how === 'bigint') return { n: 1n }
    if (how === 'eat') { globalThis.kept = Buffer.alloc(size * 1024 * 1024, 1); return new Promise(() => {}) }
    if (how === 'peak') { Buffer.alloc(size * 1024 * 1024, 1); return 'answered' }
    if (how === 'large') return 'x'.repeat(size)
    return process.pid
  }`,
  crashLater: `exports.main = async () => { setTimeout(() => { throw new Error('after the answer') }, 1); return process.pid }`,
  broken: 'exports.main = (',
  noMain: 'exports.handler = () => 1',
  stuckLoad: 'for (;;);',
}

let workspace: Workspace

beforeAll(() => {
  workspace = new Workspace(functions)
})

afterAll(() => workspace.close())

describe('a function that ends its instance', () => {
  test.each([
    ['hang', 'FUNCTION_TIMEOUT', 'Invoking task timed out after 0.3 seconds'],
    ['spin', 'FUNCTION_TIMEOUT', 'Invoking task timed out after 0.3 seconds'],
    ['reject', 'FUNCTION_EXITED', 'nobody cares'],
    ['uncaught', 'FUNCTION_EXITED', 'late'],
    ['exit', 'FUNCTION_EXITED', "The function's process ended before it answered: code 3"],
  ])('%s: %s, and the next call has a new one', async (how, code, message) => {
    const runtime = workspace.runtime({ limits: { timeoutMs: 300, maxInstances: 1 } })
    const first = await runtime.invoke('misbehave', {}, CLIENT)
    // The second waits for the only instance, which will not come back.
    const [failed, next] = await Promise.all([
      runtime.invoke('misbehave', { how }, CLIENT),
      runtime.invoke('misbehave', {}, CLIENT),
    ])
    expect(failed).toMatchObject({ ok: false, code, message, coldStart: false })
    expect(next).toMatchObject({ ok: true, coldStart: true })
    expect(first.ok && next.ok && first.result !== next.result).toBe(true)
  })

  test.each(['eat', 'peak'])('%s: more memory than it may have', async how => {
    const runtime = workspace.runtime({ limits: { memoryMb: 128 } })
    expect(await runtime.invoke('misbehave', { how, size: 160 }, CLIENT)).toMatchObject({
      ok: false,
      code: 'FUNCTION_OUT_OF_MEMORY',
      message: 'Memory limit of 128 MB reached',
    })
    expect(await runtime.invoke('misbehave', {}, CLIENT)).toMatchObject({ ok: true, coldStart: true })
  })

  test('the reason is in the log', async () => {
    await workspace.runtime().invoke('misbehave', { how: 'reject' }, CLIENT)
    expect(workspace.logs).toContainEqual(
      expect.objectContaining({ stream: 'stderr', line: expect.stringMatching(/nobody cares/) }),
    )
  })

  test('a crash between two calls costs neither', async () => {
    const runtime = workspace.runtime()
    const first = await runtime.invoke('crashLater', {}, CLIENT)
    await until(() => runtime.instances().length === 0)
    const second = await runtime.invoke('crashLater', {}, CLIENT)
    expect(first).toMatchObject({ ok: true })
    expect(second).toMatchObject({ ok: true, coldStart: true })
  })
})

describe('a function that fails', () => {
  test.each([
    ['throw', 'boom'],
    ['throwText', 'just text'],
    ['cycle', expect.stringMatching(/^the function's result is not JSON: .*circular/)],
    ['bigint', expect.stringMatching(/^the function's result is not JSON: .*BigInt/)],
  ])('%s keeps its instance', async (how, message) => {
    const runtime = workspace.runtime()
    expect(await runtime.invoke('misbehave', { how }, CLIENT)).toMatchObject({
      ok: false,
      code: 'FUNCTION_FAILED',
      message,
    })
    expect(await runtime.invoke('misbehave', {}, CLIENT)).toMatchObject({ ok: true, coldStart: false })
  })

  test('an Error comes with its stack', async () => {
    const outcome = await workspace.runtime().invoke('misbehave', { how: 'throw' }, CLIENT)
    expect(outcome).toMatchObject({ stack: expect.stringMatching(/^Error: boom\n.*misbehave.index\.js:4/s) })
  })

  test.each([
    ['broken', /Unexpected end of input|Unexpected token/],
    ['noMain', /index\.js exports no function named main/],
  ])('%s cannot be loaded', async (name, message) => {
    expect(await workspace.runtime().invoke(name, {}, CLIENT)).toMatchObject({
      ok: false,
      code: 'FUNCTION_FAILED',
      message: expect.stringMatching(message),
    })
  })

  test('the time to load the code is limited as well', async () => {
    const runtime = workspace.runtime({ limits: { initMs: 200 } })
    expect(await runtime.invoke('stuckLoad', {}, CLIENT)).toMatchObject({
      ok: false,
      code: 'FUNCTION_TIMEOUT',
      message: 'Initializing task timed out after 0.2 seconds',
    })
  })

  test.each(['missing', '../misbehave', ''])('%j is not found', async name => {
    expect(await workspace.runtime().invoke(name, {}, CLIENT)).toMatchObject({
      ok: false,
      code: 'FUNCTION_NOT_FOUND',
      message: `FunctionName parameter could not be found: ${name}`,
    })
  })
})

describe('a large result', () => {
  const MB = 1024 * 1024
  const quotes = 2

  test('reaches a client up to 1 MB, and another function up to 6 MB', async () => {
    const runtime = workspace.runtime()
    const call = async (size: number, caller: Parameters<typeof runtime.invoke>[2]) => {
      const outcome = await runtime.invoke('misbehave', { how: 'large', size: size - quotes }, caller)
      return outcome.ok || [outcome.code, outcome.message]
    }
    const scf = { kind: 'function', source: 'wx_client' } as const
    expect(await call(MB, CLIENT)).toBe(true)
    expect(await call(MB + 1, CLIENT)).toEqual([
      'RESULT_TOO_LARGE',
      '-604001 cloudfunction result size exceed limit (1MB)',
    ])
    expect(await call(6 * MB, scf)).toBe(true)
    expect(await call(6 * MB + 1, scf)).toEqual([
      'RESULT_TOO_LARGE',
      '-604001 cloudfunction result size exceed limit (6MB)',
    ])
  })
})

describe('close', () => {
  test('ends every process, and fails what runs, waits or comes later', async () => {
    const runtime = workspace.runtime({ limits: { maxInstances: 1 } })
    const running = runtime.invoke('misbehave', { how: 'hang' }, CLIENT)
    const waiting = runtime.invoke('misbehave', {}, CLIENT)
    await runtime.invoke('crashLater', {}, CLIENT)
    await until(() => runtime.instances().some(({ requestId }) => requestId !== undefined))
    const pids = runtime.instances().flatMap(({ pid }) => pid ?? [])
    await runtime.close()
    expect(pids.length).toBeGreaterThan(0)
    expect(pids.filter(isAlive)).toEqual([])
    expect(runtime.instances()).toEqual([])
    const closed = { ok: false, code: 'RUNTIME_CLOSED' }
    expect(await Promise.all([running, waiting])).toMatchObject([closed, closed])
    expect(await runtime.invoke('misbehave', {}, CLIENT)).toMatchObject(closed)
  })
})

test('a timer cannot be sent an event by anyone', async () => {
  // With the event of its caller it would hang.
  const outcome = await workspace.runtime().invoke('misbehave', { how: 'hang' }, TIMER)
  expect(outcome).toMatchObject({ ok: true })
})
