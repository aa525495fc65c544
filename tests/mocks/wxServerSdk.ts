import type { Sdk } from '../../shared/cloud'
import { MockStore, mockDatabase } from './database'
import { cloudSdkError, plainError } from './errors'
import { callOpenapi, type OpenapiHandler, openapiTree } from './openapi'

/** Keys that `getWXContext()` never shows. */
const HIDDEN = new Set(['API_TOKEN', 'TRIGGER_API_TOKEN_V0', 'WX_API_TOKEN', 'WX_TRIGGER_API_TOKEN_V0'])
const PREFIX = 'WX_'

/**
 * A wx-server-sdk 4.0.2 without a network, and the platform behind it. Passes the same contract suite as the real one
 * (tests/contract). In a unit test: `jest.mock('wx-server-sdk', () => mockCloud.sdk)`.
 */
export class MockCloud {
  readonly store = new MockStore()
  /** The openapi calls so far, as they travelled. */
  readonly openapiCalls: { api: string; parameters: unknown }[] = []
  /** What `init` was called with, call by call. */
  readonly inits: unknown[] = []
  private readonly handlers = new Map<string, OpenapiHandler>()
  private readonly functions = new Map<string, (event: unknown) => unknown>()

  /** Declares an API, for example `logistics.getQuota`, and answers it; undeclared ones are refused with -604101. */
  openapi(api: string, handler: OpenapiHandler): void {
    this.handlers.set(api, parameters => {
      this.openapiCalls.push({ api, parameters })
      return handler(parameters)
    })
  }

  /** Deploys a function for `callFunction`. */
  deploy(name: string, main: (event: unknown) => unknown): void {
    this.functions.set(name, main)
  }

  /** Forgets everything but that `init` was called: product code loads the SDK once. */
  reset(): void {
    this.store.clear()
    this.handlers.clear()
    this.functions.clear()
    this.openapiCalls.length = 0
  }

  /** What `require('wx-server-sdk')` gives. */
  get sdk(): Sdk {
    const initialised = <T>(work: () => T): T => {
      if (this.inits.length > 0) return work()
      throw cloudSdkError(-1, "Cloud API isn't enabled, please call init first")
    }
    const sdk = {
      DYNAMIC_CURRENT_ENV: Symbol.for('SYMBOL_CURRENT_ENV'),
      init: (config: unknown) => void this.inits.push(config),
      getWXContext: () => wxContextOf(process.env),
      openapi: openapiTree((api, parameters) => initialised(() => callOpenapi(api, parameters, this.handlers))),
      database: (config = {}) => initialised(() => mockDatabase(this.store, config)),
      callFunction: (options: { name: string; data?: object }) => initialised(() => this.callFunction(options)),
    }
    return sdk as unknown as Sdk
  }

  private async callFunction({ name, data = {} }: { name: string; data?: object }) {
    const main = this.functions.get(name)
    if (!main) throw plainError('callFunction', `function ${name} not found`)
    try {
      const result = await main(JSON.parse(JSON.stringify(data)))
      return {
        result: JSON.parse(JSON.stringify(result ?? null)),
        errMsg: 'callFunction:ok',
        requestID: `call-${name}`,
      }
    } catch (error) {
      throw plainError('callFunction', error instanceof Error ? error.message : String(error))
    }
  }
}

/** The rule of the SDK's `getWXContext()`. */
function wxContextOf(variables: NodeJS.ProcessEnv): Record<string, unknown> {
  const listed = variables['WX_CONTEXT_KEYS']
  if (!listed) return {}
  const context: Record<string, unknown> = {}
  for (const key of listed.split(',')) {
    const value = variables[key]
    if (key === '' || HIDDEN.has(key) || value === undefined) continue
    const name = key.startsWith(PREFIX) && key.length > PREFIX.length ? key.slice(PREFIX.length) : key
    context[name] = /^-?\d+$/.test(value) ? Number.parseInt(value, 10) : value
  }
  context['ENV'] = variables['TCB_ENV'] || variables['SCF_NAMESPACE']
  if (variables['TCB_SOURCE']) context['SOURCE'] = variables['TCB_SOURCE']
  return context
}

/** The one of this test file. */
export const mockCloud = new MockCloud()
