import { type ChildProcess, fork } from 'node:child_process'
import { resolve as absolute, dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from './limits'
import { Lines } from './lines'
import { peakMemoryMb } from './memory'
import type { Ending } from './outcome'
import type { ErrorReport, InstanceMessage, InvokeMessage } from './protocol'

const MEMORY_SAMPLE_MS = 20
/** How long the last lines of a dead process may take; a grandchild can hold its pipes open for ever. */
const DRAIN_MS = 200

export type Stream = 'stdout' | 'stderr'

export interface InstanceSettings {
  /** The compiled launcher. */
  script: string
  /** The function's code. */
  entry: string
  variables: Record<string, string>
  limits: Limits
  onLine(stream: Stream, line: string, requestId: string): void
}

/** One function instance, seen from outside: a process that runs one invocation at a time. */
export class InstanceProcess {
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>
  invocations = 0
  private readonly child: ChildProcess
  private readonly lines: Lines[]
  private requestId = ''
  private settle: ((ending: Ending) => void) | undefined
  private deadline: NodeJS.Timeout | undefined
  private sampler: NodeJS.Timeout | undefined
  private crash: ErrorReport | undefined
  /** Why we killed it. */
  private verdict: Ending | undefined
  /** Given, but not yet passed on. What happens to the process from then on does not change it. */
  private answer: Ending | undefined
  private exited = false
  /** What an invocation meets that comes too late. */
  private over: Ending | undefined

  constructor(private readonly settings: InstanceSettings) {
    const { script, entry, variables, limits } = settings
    this.child = fork(absolute(script), [entry], {
      cwd: dirname(entry),
      env: variables,
      // Not the parent's own flags (tsx, jest); and the heap is collected as hard as in so small a container.
      execArgv: [`--max-old-space-size=${limits.memoryMb}`],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.lines = [this.readLines('stdout', this.child.stdout), this.readLines('stderr', this.child.stderr)]
    this.child.on('message', message => this.hear(message as InstanceMessage))
    this.ended = new Promise(resolve => {
      const end = (how: string) => {
        this.exited = true
        this.over = this.endingOf(how)
        this.finish(this.answer ?? this.over)
        resolve()
      }
      this.child.on('error', error => {
        if (this.child.pid === undefined) end(error.message)
      })
      this.child.once('exit', (code, signal) => {
        this.exited = true
        this.drained().then(() => end(signal ?? `code ${code}`))
      })
    })
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /** The invocation that runs now. */
  get running(): string | undefined {
    return this.settle && this.requestId
  }

  /** False from the moment that it is doomed, which is before it has ended. */
  get usable(): boolean {
    return !this.exited && !this.verdict && !this.crash
  }

  run(message: InvokeMessage): Promise<Ending> {
    if (this.over) return Promise.resolve(this.over)
    this.requestId = message.context.request_id
    this.invocations += 1
    return new Promise(resolve => {
      this.settle = resolve
      if (this.invocations === 1) this.allow(this.settings.limits.initMs, { kind: 'init-timed-out' })
      else this.allow(this.settings.limits.timeoutMs, { kind: 'timed-out' })
      this.sampler = setInterval(() => this.checkMemory(), MEMORY_SAMPLE_MS)
      // If this fails the process is gone, and its end settles the invocation.
      this.child.send(message, () => {})
    })
  }

  kill(verdict: Ending): void {
    this.verdict ??= verdict
    this.child.kill('SIGKILL')
  }

  private hear(message: InstanceMessage): void {
    switch (message.kind) {
      case 'started':
        this.allow(this.settings.limits.timeoutMs, { kind: 'timed-out' })
        return
      case 'crashed':
        this.crash = message.error
        return
      default:
        this.checkMemory()
        if (this.verdict || this.crash) return
        this.answer = message
        this.stopWatching()
        // The lines written before the answer are in the pipes: let them be read first.
        setImmediate(() => this.finish(message))
    }
  }

  private allow(ms: number, verdict: Ending): void {
    clearTimeout(this.deadline)
    this.deadline = setTimeout(() => this.kill(verdict), ms)
  }

  private checkMemory(): void {
    const { pid } = this.child
    if (pid === undefined) return
    if ((peakMemoryMb(pid) ?? 0) > this.settings.limits.memoryMb) this.kill({ kind: 'out-of-memory' })
  }

  private stopWatching(): void {
    clearTimeout(this.deadline)
    clearInterval(this.sampler)
  }

  private finish(ending: Ending): void {
    this.stopWatching()
    for (const lines of this.lines) lines.flush()
    this.settle?.(ending)
    this.settle = undefined
    this.answer = undefined
  }

  private endingOf(how: string): Ending {
    if (this.verdict) return this.verdict
    if (this.crash) return { kind: 'crashed', error: this.crash }
    // V8 aborts when its heap is full.
    return how === 'SIGABRT' ? { kind: 'out-of-memory' } : { kind: 'exited', how }
  }

  private async drained(): Promise<void> {
    const closed = new Promise(resolve => this.child.once('close', resolve))
    const disconnected = this.child.connected && new Promise(resolve => this.child.once('disconnect', resolve))
    await Promise.race([Promise.all([closed, disconnected]), sleep(DRAIN_MS, undefined, { ref: false })])
  }

  private readLines(stream: Stream, source: Readable | null): Lines {
    const lines = new Lines(line => this.settings.onLine(stream, line, this.requestId))
    source?.setEncoding('utf8').on('data', (piece: string) => lines.push(piece))
    return lines
  }
}
