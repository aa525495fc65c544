import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/cloud'
import type { Caller } from '../../local/runtime'
import { invocationVariables, processVariables } from '../../local/runtime/environment'
import { Sessions } from '../../local/sessions'

export const ROOT = join(__dirname, '../..')

/** A local cloud on a fresh database, and the variables with which any process can call it as one of the functions. */
export interface Bed {
  cloud: LocalCloud
  /** The variables of a timer's invocation of this function. */
  variables(functionName: string): Record<string, string>
  close(): Promise<void>
}

export async function makeBed(options: Partial<LocalCloudOptions> = {}): Promise<Bed> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'yuliang-bench-'))
  const sessions = new Sessions()
  const cloud = await startLocalCloud({ root: ROOT, dataDirectory, sessions, ...options })
  const caller: Caller = { kind: 'timer', triggerName: 'bench' }
  return {
    cloud,
    variables(functionName) {
      const apiToken = sessions.issue({ functionName, source: 'wx_trigger' })
      const settings = { appid: cloud.sandbox.credentials.wechat.appid, apiToken, requestId: 'bench', now: Date.now() }
      return {
        ...processVariables({ envId: 'local', gatewayUrl: cloud.gateway.url, configured: cloud.environment }),
        ...invocationVariables(caller, settings),
        PATH: process.env['PATH'] ?? '',
      }
    },
    async close() {
      await cloud.close()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

export function builtFunction(name: string): string {
  return join(ROOT, 'dist/cloudfunctions', name, 'index.js')
}
