import { randomUUID } from 'node:crypto'
import type { Caller } from './caller'
import { type Configuration, openConfiguration } from './configuration'
import { FunctionHost, type InstanceInfo } from './functionHost'
import type { RuntimeOptions } from './options'
import type { Outcome } from './outcome'

export interface Runtime extends Omit<Configuration, 'entryOf'> {
  /** Runs a function once. The event is a JSON value; a timer's is written here. */
  invoke(functionName: string, event: unknown, caller: Caller): Promise<Outcome>
  /** The processes that live now. */
  instances(): InstanceInfo[]
  /** Ends every process and waits until they are gone; what still runs or waits fails with RUNTIME_CLOSED. */
  close(): Promise<void>
}

/** Runs built functions as the platform does. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { functionNames, permissions, triggers, entryOf } = openConfiguration(options.functionsDirectory)
  const hosts = new Map<string, FunctionHost>()
  let closed = false

  const hostOf = (functionName: string, entry: string): FunctionHost => {
    const host = hosts.get(functionName) ?? new FunctionHost(options, functionName, entry)
    hosts.set(functionName, host)
    return host
  }
  const refuse = (code: 'FUNCTION_NOT_FOUND' | 'RUNTIME_CLOSED', message: string): Outcome => {
    return { ok: false, code, message, requestId: randomUUID(), coldStart: false, ms: 0 }
  }

  return {
    functionNames,
    permissions,
    triggers,
    invoke: async (functionName, event, caller) => {
      if (closed) return refuse('RUNTIME_CLOSED', 'The local cloud is closed')
      const entry = entryOf(functionName)
      if (!entry) return refuse('FUNCTION_NOT_FOUND', `FunctionName parameter could not be found: ${functionName}`)
      return hostOf(functionName, entry).invoke(event, caller, randomUUID())
    },
    instances: () => [...hosts.values()].flatMap(host => host.instances()),
    close: async () => {
      closed = true
      await Promise.all([...hosts.values()].map(host => host.close()))
    },
  }
}
