import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { Sessions } from '../sessions'
import { createRuntime, type FunctionLog, type Outcome, type Runtime, type RuntimeOptions } from './index'

export const CLIENT = { kind: 'client', openid: 'oAlice' } as const
export const TIMER = { kind: 'timer', triggerName: 'everyMinute' } as const
const NOW = Date.UTC(2024, 4, 1, 2, 3, 4, 567)

/** A temporary folder with a compiled launcher and functions that a test writes. */
export class Workspace {
  readonly directory = mkdtempSync(join(tmpdir(), 'yuliang-runtime-'))
  readonly functionsDirectory = join(this.directory, 'cloudfunctions')
  readonly instanceScript = join(this.directory, 'instance.js')
  readonly sessions = new Sessions()
  readonly logs: FunctionLog[] = []
  private readonly runtimes: Runtime[] = []

  constructor(functions: Record<string, string>) {
    this.compile(join(__dirname, 'instance.ts'), this.instanceScript)
    for (const [name, code] of Object.entries(functions)) {
      mkdirSync(join(this.functionsDirectory, name), { recursive: true })
      writeFileSync(join(this.functionsDirectory, name, 'index.js'), code)
    }
  }

  compile(source: string, outfile: string): void {
    buildSync({ entryPoints: [source], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20' })
  }

  options(more: Partial<RuntimeOptions> = {}): RuntimeOptions {
    return {
      functionsDirectory: this.functionsDirectory,
      instanceScript: this.instanceScript,
      gatewayUrl: 'http://127.0.0.1:9/admin',
      sessions: this.sessions,
      environment: { OWNERS_SETTING: 'yes' },
      appid: 'wxapp',
      envId: 'local-env',
      now: () => NOW,
      onLog: line => this.logs.push(line),
      ...more,
    }
  }

  runtime(more: Partial<RuntimeOptions> = {}): Runtime {
    const runtime = createRuntime(this.options(more))
    this.runtimes.push(runtime)
    return runtime
  }

  async close(): Promise<void> {
    await Promise.all(this.runtimes.map(runtime => runtime.close()))
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** What a function returned; a failure fails the test with its message. */
export function resultOf<T>(outcome: Outcome): T {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`)
  return outcome.result as T
}

export async function until(condition: () => boolean): Promise<void> {
  for (const endsAt = Date.now() + 5000; !condition(); await sleep(5)) {
    if (Date.now() > endsAt) throw new Error('it did not become true within 5 s')
  }
}

/** Whether the process runs. One that is dead but not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/status`
  return !(existsSync(status) && /^State:\s*Z/m.test(readFileSync(status, 'utf8')))
}
