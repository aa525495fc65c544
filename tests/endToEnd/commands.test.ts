import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'

const ROOT = join(__dirname, '../..')

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

let data: string

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'yuliang-commands-'))
})

/** What runs in the present test, and when it has ended. */
const running = new Map<ChildProcess, Promise<Ended>>()

afterEach(async () => {
  // A test that failed half-way may have left one.
  for (const child of running.keys()) child.kill('SIGKILL')
  await Promise.all(running.values())
})

afterAll(() => rmSync(data, { recursive: true, force: true }))

/** Starts one of the package's scripts as npm would. */
function start(
  script: string,
  args: string[],
): { child: ChildProcess; ended: Promise<Ended>; said(text: RegExp): Promise<string> } {
  const child = spawn(join(ROOT, 'node_modules/.bin/tsx'), [join(ROOT, 'scripts', script), ...args, '--data', data], {
    env: { PATH: process.env['PATH'], LANG: 'C', NO_COLOR: '1', HOME: data },
  })
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', chunk => {
      output[stream] += chunk
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<Ended>(resolve => child.once('close', code => resolve({ code, ...output })))
  running.set(child, ended)
  ended.then(() => running.delete(child))
  const said = (text: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => text.test(output.stdout) && resolve(output.stdout)
      listeners.add(look)
      ended.then(end => reject(new Error(`ended before it said ${text}: ${JSON.stringify(end)}`)))
      look()
    })
  return { child, ended, said }
}

describe('npm start', () => {
  it('with --once prints every meter and ends', async () => {
    const { code, stdout, stderr } = await start('start.ts', ['--once']).ended

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/sweep: connections 6, meters \d\d, new readings \d\d; upstream calls \d\d/)
    expect(stdout).toMatch(/ok .*YTO Express · 示例旗舰店/)
    expect(stdout).toMatch(/exhausted .*Yunda Express · 示例清仓店 .* 0 /)
    expect(stdout).toMatch(/not applicable .*SF Express · 示例月结/)
    expect(stdout).toMatch(/Tencent Cloud members .*示例成员01 .*USD/)
    expect(stdout).toMatch(/Partner consumption quota .*10,000 .*USD/)
    // What is about to run out stands first.
    expect(stdout.indexOf('exhausted')).toBeLessThan(stdout.indexOf('│ ok'))
    expect(stdout).toContain('Sandbox data')
    expect(stdout).not.toContain('failing')
  }, 30_000)

  it('shows what it kept when nothing is due', async () => {
    const { code, stdout } = await start('start.ts', ['--once']).ended

    expect(code).toBe(0)
    expect(stdout).toMatch(/sweep: no connection was due yet;/)
    expect(stdout).toMatch(/ok .*YTO Express · 示例旗舰店/)
  }, 30_000)

  it('stays up, says where, and ends on SIGTERM', async () => {
    const { child, ended, said } = start('start.ts', [])
    const stdout = await said(/npm run call/)
    const [gateway] = /http:\/\/127\.0\.0\.1:\d+\/admin/.exec(stdout) ?? []

    // It serves nobody who holds no invocation's token.
    const refused = await fetch(gateway ?? '', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await refused.json()).toMatchObject({ code: 'INVALID_REQUEST_SOURCE' })
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
  }, 30_000)
})

describe('npm run call', () => {
  it('prints the envelope on stdout and the log on stderr', async () => {
    const { code, stdout, stderr } = await start('call.ts', ['getQuota', '{"deliveryId":"YTO","bizId":"xyz"}']).ended

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { deliveryId: 'YTO', bizId: 'xyz', quotaNum: 210 } })
    expect(stderr).toContain('"event":"upstream"')
  }, 30_000)

  it('calls as a stranger, who is refused', async () => {
    const { code, stdout } = await start('call.ts', ['huaweiCredit', '--openid', 'oStranger']).ended

    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
  }, 30_000)

  it('calls as a timer, whose input is the Message', async () => {
    const { stdout } = await start('call.ts', ['getQuota', '{"deliveryId":"YTO","bizId":"xyz"}', '--as', 'timer']).ended

    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { quotaNum: 210 } })
  }, 30_000)

  it.each([[[]], [['getQuota', '{not json']], [['getQuota', '{}', '--as', 'king']], [['getQuota', '{}', '--colour']]])(
    'says how it is used after %j',
    async args => {
      const { code, stdout, stderr } = await start('call.ts', args).ended

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('Usage: npm run call -- FUNCTION')
    },
    30_000,
  )

  it('says so when there is no such function', async () => {
    const { code, stderr } = await start('call.ts', ['getEverything']).ended

    expect(code).toBe(1)
    expect(stderr).toContain('FunctionName parameter could not be found: getEverything')
  }, 30_000)
})
