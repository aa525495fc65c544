/** What a pool needs to know of an instance. */
export interface Pooled {
  ended: Promise<void>
  usable: boolean
}

export interface PoolOptions<Instance extends Pooled> {
  maxInstances: number
  idleMs: number
  start(): Instance
  stop(instance: Instance): void
}

export interface Lease<Instance> {
  instance: Instance
  coldStart: boolean
}

/** The instances of one function: warm ones are used again, the last used first; what finds none free waits in line. */
export class Pool<Instance extends Pooled> {
  private readonly instances = new Set<Instance>()
  /** The last used at the end. */
  private readonly idle: { instance: Instance; timer: NodeJS.Timeout }[] = []
  private readonly waiting: ((lease: Lease<Instance> | undefined) => void)[] = []
  private closed = false

  constructor(private readonly options: PoolOptions<Instance>) {}

  /** An instance for one invocation, to be given back; undefined when the pool is closed. */
  async acquire(): Promise<Lease<Instance> | undefined> {
    if (this.closed) return undefined
    for (let warm = this.idle.pop(); warm; warm = this.idle.pop()) {
      clearTimeout(warm.timer)
      if (warm.instance.usable) return { instance: warm.instance, coldStart: false }
    }
    if (this.instances.size < this.options.maxInstances) return this.start()
    return new Promise(resolve => this.waiting.push(resolve))
  }

  release(instance: Instance): void {
    // One that is ending makes room when it has ended.
    if (this.closed || !instance.usable) return
    const next = this.waiting.shift()
    if (next) {
      next({ instance, coldStart: false })
      return
    }
    const timer = setTimeout(() => {
      this.leaveIdle(instance)
      this.options.stop(instance)
    }, this.options.idleMs)
    this.idle.push({ instance, timer })
  }

  list(): Instance[] {
    return [...this.instances]
  }

  async close(): Promise<void> {
    this.closed = true
    for (const { timer } of this.idle.splice(0)) clearTimeout(timer)
    for (const next of this.waiting.splice(0)) next(undefined)
    await Promise.all(
      this.list().map(instance => {
        this.options.stop(instance)
        return instance.ended
      }),
    )
  }

  private start(): Lease<Instance> {
    const instance = this.options.start()
    this.instances.add(instance)
    instance.ended.then(() => this.forget(instance))
    return { instance, coldStart: true }
  }

  private forget(instance: Instance): void {
    this.instances.delete(instance)
    this.leaveIdle(instance)
    const next = this.closed ? undefined : this.waiting.shift()
    next?.(this.start())
  }

  private leaveIdle(instance: Instance): void {
    const index = this.idle.findIndex(entry => entry.instance === instance)
    for (const { timer } of index < 0 ? [] : this.idle.splice(index, 1)) clearTimeout(timer)
  }
}
