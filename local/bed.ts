import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from './cloud'
import type { Caller } from './runtime'
import { sourceOf } from './runtime/caller'
import { invocationVariables, processVariables } from './runtime/environment'
import { Sessions } from './sessions'

const ROOT = join(__dirname, '..')

/** A local cloud on a fresh database, for tests and benches, and a way for any process to act as a function in it. */
export interface Bed {
  cloud: LocalCloud
  /** The variables of one invocation of this function, as its instance would have them. */
  variables(functionName: string, caller: Caller): Record<string, string>
  close(): Promise<void>
}

export async function makeBed(options: Partial<LocalCloudOptions> = {}): Promise<Bed> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'yuliang-'))
  const remove = () => rmSync(dataDirectory, { recursive: true, force: true })
  // A test that is broken off closes nothing.
  process.once('exit', remove)
  const cleanUp = () => {
    process.off('exit', remove)
    remove()
  }
  const sessions = new Sessions()
  const cloud = await startLocalCloud({ root: ROOT, dataDirectory, sessions, ...options }).catch((error: unknown) => {
    cleanUp()
    throw error
  })
  return {
    cloud,
    variables(functionName, caller) {
      const apiToken = sessions.issue({ functionName, source: sourceOf(caller) })
      const settings = { appid: cloud.sandbox.credentials.wechat.appid, apiToken, requestId: 'bed', now: Date.now() }
      return {
        ...processVariables({ envId: 'local', gatewayUrl: cloud.gateway.url, configured: cloud.environment }),
        ...invocationVariables(caller, settings),
        PATH: process.env['PATH'] ?? '',
      }
    },
    async close() {
      await cloud.close()
      cleanUp()
    },
  }
}

/** The file of a built function. */
export function builtFunction(name: string): string {
  return join(ROOT, 'dist/cloudfunctions', name, 'index.js')
}
