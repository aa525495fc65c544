import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isAlive, until, Workspace } from './testing'

const functions = {
  quick: 'setInterval(() => {}, 1000); exports.main = async () => process.pid',
  hanging: `process.on('exit', () => { for (;;); })
    exports.main = () => new Promise(() => {})`,
}

let workspace: Workspace

beforeAll(() => {
  workspace = new Workspace(functions)
})

afterAll(() => workspace.close())

test('when the parent is killed, idle and working instances go with it', async () => {
  const source = join(workspace.directory, 'parent.ts')
  const { functionsDirectory, instanceScript } = workspace
  writeFileSync(
    source,
    `import { Sessions } from ${JSON.stringify(join(__dirname, '../sessions'))}
    import { createRuntime } from ${JSON.stringify(join(__dirname, 'index'))}
    const runtime = createRuntime({
      ...${JSON.stringify({ functionsDirectory, instanceScript, gatewayUrl: '', environment: {}, appid: '', envId: '' })},
      sessions: new Sessions(), now: Date.now, limits: { timeoutMs: 60_000 },
    })
    const caller = { kind: 'http' } as const
    void runtime.invoke('hanging', {}, caller)
    runtime.invoke('quick', {}, caller).then(() => console.log(JSON.stringify(runtime.instances())))`,
  )
  const script = join(workspace.directory, 'parent.js')
  workspace.compile(source, script)

  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await once(parent.stdout, 'data')
  const instances: { pid: number; functionName: string }[] = JSON.parse(String(output))
  expect(instances.map(({ functionName }) => functionName).sort()).toEqual(['hanging', 'quick'])
  const pids = instances.map(({ pid }) => pid)
  expect(pids.every(isAlive)).toBe(true)

  parent.kill('SIGKILL')
  await until(() => !pids.some(isAlive))
})
