import { type Caller, eventFor, openidOf, sourceOf } from './caller'
import { invocationVariables, processVariables, REGION } from './environment'
import { InstanceProcess, type Stream } from './instanceProcess'
import { DEFAULT_LIMITS, type Limits } from './limits'
import type { RuntimeOptions } from './options'
import { type Ending, type Outcome, outcomeOf } from './outcome'
import { Pool } from './pool'
import type { InvokeMessage } from './protocol'

export interface InstanceInfo {
  functionName: string
  pid: number | undefined
  /** The request that it works on; undefined while it is idle. */
  requestId: string | undefined
  invocations: number
}

/** One function with its instances. */
export class FunctionHost {
  private readonly limits: Limits
  private readonly pool: Pool<InstanceProcess>

  constructor(
    private readonly options: RuntimeOptions,
    private readonly functionName: string,
    entry: string,
  ) {
    const { envId, gatewayUrl, environment, instanceScript, onLog } = options
    this.limits = { ...DEFAULT_LIMITS, ...options.limits, ...options.perFunction?.[functionName] }
    const settings = {
      script: instanceScript,
      entry,
      variables: processVariables({ envId, gatewayUrl, configured: environment }),
      limits: this.limits,
      onLine: (stream: Stream, line: string, requestId: string) => onLog?.({ functionName, requestId, stream, line }),
    }
    this.pool = new Pool({
      maxInstances: this.limits.maxInstances,
      idleMs: this.limits.idleMs,
      start: () => new InstanceProcess(settings),
      stop: instance => instance.kill({ kind: 'closed' }),
    })
  }

  async invoke(event: unknown, caller: Caller, requestId: string): Promise<Outcome> {
    const lease = await this.pool.acquire()
    if (!lease) return outcomeOf({ kind: 'closed' }, caller, this.limits, { requestId, coldStart: false, ms: 0 })
    const startedAt = performance.now()
    try {
      const ending = await this.run(lease.instance, event, caller, requestId)
      const ms = Math.round(performance.now() - startedAt)
      return outcomeOf(ending, caller, this.limits, { requestId, coldStart: lease.coldStart, ms })
    } finally {
      this.pool.release(lease.instance)
    }
  }

  instances(): InstanceInfo[] {
    const { functionName } = this
    return this.pool
      .list()
      .map(({ pid, running, invocations }) => ({ functionName, pid, requestId: running, invocations }))
  }

  close(): Promise<void> {
    return this.pool.close()
  }

  /** Runs with a token of its own, which is worth nothing once the invocation has ended. */
  private async run(instance: InstanceProcess, event: unknown, caller: Caller, requestId: string): Promise<Ending> {
    const { functionName, limits } = this
    const { sessions, appid, envId } = this.options
    const openid = openidOf(caller)
    const user = openid === undefined ? {} : { openid }
    const apiToken = sessions.issue({ functionName, source: sourceOf(caller), ...user })
    try {
      const now = this.options.now()
      const message: InvokeMessage = {
        event: JSON.stringify(eventFor(caller, event, appid, now)),
        variables: invocationVariables(caller, { appid, apiToken, requestId, now }),
        context: {
          request_id: requestId,
          function_name: functionName,
          namespace: envId,
          tencentcloud_region: REGION,
          time_limit_in_ms: limits.timeoutMs,
          memory_limit_in_mb: limits.memoryMb,
        },
      }
      return await instance.run(message)
    } finally {
      sessions.revoke(apiToken)
    }
  }
}
