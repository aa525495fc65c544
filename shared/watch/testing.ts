import { type Call, CallError, raceSignal, text } from '../call'
import type { Reading } from '../meter/reading'
import type { Source } from '../provider/source'
import { PROVIDERS } from '../provider/source/source'
import type { Connection } from '../store/connections'
import type { Meter } from '../store/meters'
import type { DayReadings } from '../store/readings'
import type { Run } from '../store/runs'

/** 10:00 in Shanghai. */
export const START = Date.UTC(2026, 10, 20, 2)
export const TODAY = '20261120'
export const TOMORROW = '20261121'
export const TEN_MINUTES = 600_000
export const DAY_MS = 86_400_000
/** The connection that the environment configures. */
export const MAIN = 'env-codeAudit'

export function reading(key: string, value: string | null, more: Partial<Reading> = {}): Reading {
  const standing = value === null ? 'no-data' : 'current'
  const rest = {
    kind: 'balance',
    unit: 'waybills',
    limit: null,
    period: null,
    resetsAt: null,
    returned: null,
    at: 0,
  } as const
  return { key, title: { zh: key, en: key }, ...rest, value, standing, ...more }
}

export function unavailable(): CallError {
  return new CallError('UPSTREAM_UNAVAILABLE', text('上游无法回答', 'The upstream cannot answer.'))
}

/** One upstream account, as a test wants it to be. */
export class Script {
  intervalMinutes = 10
  isConfigured = false
  readings: Reading[] = []
  perStep = 100
  /** How long each request takes. */
  stepMs = 0
  /** What every step asks to remember. */
  memory: unknown
  /** The requests that begin at such a reading fail so, or hang until they are aborted. */
  failure: { at: number; error: unknown } | undefined
  hangsAt: number | undefined
  /** The keys that were read, and what each round was told at its start. */
  readonly asked: string[] = []
  readonly told: { from: unknown; memory: unknown }[] = []
  requests = 0

  /** Gives every reading with one of these keys another value. */
  set(values: Record<string, string | null>): void {
    this.readings = this.readings.map(one => {
      const value = values[one.key]
      if (value === undefined) return one
      return { ...one, value, standing: value === null ? 'no-data' : 'current' }
    })
  }

  async request(at: number, call: Call): Promise<Reading[]> {
    const askedAt = call.clock.now()
    this.requests += 1
    call.tally.upstreamCalls += 1
    if (this.stepMs > 0) await call.clock.sleep(this.stepMs, call.deadline.signal)
    if (this.hangsAt === at) await raceSignal(new Promise(() => {}), call.deadline.signal)
    if (this.failure?.at === at) throw this.failure.error
    const readings = this.readings.slice(at, at + this.perStep)
    this.asked.push(...readings.map(({ key }) => key))
    return readings.map(one => ({ ...one, at: askedAt }))
  }
}

const scripts = new Map<string, Script>()

export function scriptOf(name: string): Script {
  const script = scripts.get(name) ?? new Script()
  scripts.set(name, script)
  return script
}

/** In place of the module `../provider/source`: a connection follows the script that its variable names, or its provider's. */
export const scriptedSources = {
  PROVIDERS,
  sourceOf(provider: string): Source {
    const own = scriptOf(provider)
    const followed = (call: Call) => scriptOf(call.environment.get('SCRIPT') ?? provider)
    return {
      intervalMinutes: own.intervalMinutes,
      variables: { secret: ['SECRET'], plain: ['SCRIPT'] },
      isConfigured: () => own.isConfigured,
      async *read({ from, memory, mayRequest }, call) {
        const script = followed(call)
        script.told.push({ from, memory })
        for (let at = typeof from === 'number' ? from : 0; ; ) {
          if (!mayRequest(0)) return
          const readings = await script.request(at, call)
          at += script.perStep
          const isLast = at >= script.readings.length
          yield {
            readings,
            ...(!isLast && { next: at }),
            ...(script.memory !== undefined && { memory: script.memory }),
          }
          if (isLast) return
        }
      },
      async readOne(key, { memory }, call) {
        const script = followed(call)
        script.told.push({ from: undefined, memory })
        const [found] = await script.request(
          script.readings.findIndex(one => one.key === key),
          call,
        )
        if (found?.key === key) return found
        throw new CallError('NOT_FOUND', text('没有', 'There is no such meter.'))
      },
    }
  },
}

type Document = Record<string, unknown>

/** What is used of the mock database's engine. */
interface Engine {
  insert(request: { collection: string; documents: Document[] }): unknown
  find(request: { collection: string; query?: Document; limit?: number }): { documents: Document[] }
  update(request: {
    collection: string
    query: Document
    data: Document
    multi: boolean
    merge: boolean
    upsert: boolean
  }): unknown
}

interface Store {
  create(name: string, documents?: Document[]): void
  request<T>(api: string, work: (engine: Engine) => T): T
}

/** What a request to the database comes to: not carried out, or carried out and its answer lost. */
export type Fault = 'fails' | 'is lost'

/** What the tests of this folder stand on; handed in, for product folders import nothing of `tests`. */
export interface Platform {
  store: Store
  clock: { now(): number; advance(ms: number): Promise<void>; finish<T>(work: Promise<T>): Promise<T> }
  makeCall(budgetMs: number): Call
  sweep(input: { connections?: string[] }, call: Call): Promise<Run>
}

const COLLECTIONS = ['yl_connections', 'yl_meters', 'yl_readings', 'yl_runs']

/** A cloud environment with one configured connection. */
export class World {
  /** The call of the newest run. */
  call: Call
  private runs = 0
  private readonly request: Store['request']

  constructor(
    private readonly platform: Platform,
    documents?: ReadonlyMap<string, Document[]>,
  ) {
    scripts.clear()
    this.main.isConfigured = true
    this.call = platform.makeCall(3000)
    this.request = platform.store.request.bind(platform.store)
    for (const name of COLLECTIONS) platform.store.create(name, documents?.get(name))
  }

  get main(): Script {
    return scriptOf('codeAudit')
  }

  /** Has the database answer as told, request by request, counted from 0. */
  fault(plan: (index: number, api: string) => Fault | undefined): void {
    let index = 0
    this.platform.store.request = (api, work) => {
      const fault = plan(index++, api)
      const failure = () => Object.assign(new Error('simulated'), { errCode: -501001, errMsg: 'simulated' })
      if (fault === 'fails') throw failure()
      const answer = this.request(api, work)
      if (fault === 'is lost') throw failure()
      return answer
    }
  }

  heal(): void {
    this.platform.store.request = this.request
  }

  /** A run of its own, as far as it gets without time. */
  begin(connections?: string[], budgetMs = 3000): Promise<Run> {
    const call = { ...this.platform.makeCall(budgetMs), requestId: `run-${++this.runs}` }
    this.call = call
    return this.platform.sweep({ ...(connections && { connections }) }, call).finally(() => call.deadline.release())
  }

  /** A run to its end. */
  sweep(connections?: string[], budgetMs?: number): Promise<Run> {
    return this.platform.clock.finish(this.begin(connections, budgetMs))
  }

  /** The run of a later beat of the timer. */
  async sweepAfter(ms: number, connections?: string[]): Promise<Run> {
    await this.platform.clock.advance(ms)
    return this.sweep(connections)
  }

  all(collection: string, query: Document = {}): Document[] {
    return this.request('test', engine => engine.find({ collection, query, limit: 1000 }).documents)
  }

  /** Everything, for another world to begin with. */
  dump(): Map<string, Document[]> {
    return new Map(COLLECTIONS.map(name => [name, this.all(name)]))
  }

  patch(collection: string, query: Document, $set: Document): void {
    this.request('test', engine =>
      engine.update({ collection, query, data: { $set }, multi: true, merge: true, upsert: false }),
    )
  }

  insert(collection: string, ...documents: object[]): void {
    this.request('test', engine => engine.insert({ collection, documents: documents as Document[] }))
  }

  /** A connection with credentials of its own; its script. */
  connect(id: string, more: Partial<Connection> = {}): Script {
    const own = { _id: id, provider: 'memberBalance', name: id, intervalMinutes: 10, enabled: true, sealed: null }
    const unread = {
      holder: null,
      round: null,
      memory: null,
      completeAt: null,
      meters: 0,
      missing: 0,
      counts: {},
      markedDay: null,
    }
    const health = { failures: 0, failingSince: null, failure: null }
    const dueAt = this.platform.clock.now()
    this.insert('yl_connections', { ...own, settings: { SCRIPT: id }, dueAt, ...unread, ...health, ...more })
    return scriptOf(id)
  }

  connection(id = MAIN): Connection {
    return this.one('yl_connections', id) as unknown as Connection
  }

  meter(key: string, connection = MAIN): Meter {
    return this.one('yl_meters', `${connection}/${key}`) as unknown as Meter
  }

  day(key: string, day = TODAY, connection = MAIN): DayReadings {
    return this.one('yl_readings', `${connection}/${key}/${day}`) as unknown as DayReadings
  }

  /** Of all days, oldest first. */
  history(key: string, connection = MAIN): DayReadings[] {
    const days = this.all('yl_readings', { meter: `${connection}/${key}` }) as unknown as DayReadings[]
    return days.sort((a, b) => (a.day < b.day ? -1 : 1))
  }

  private one(collection: string, id: string): Document {
    const [found] = this.all(collection, { _id: id })
    if (found) return found
    throw new Error(`no ${id} in ${collection}`)
  }
}
