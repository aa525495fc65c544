import { type Call, CallError, endingBefore, text } from '../call'
import { dayAt, MINUTE_MS } from '../meter/day'
import type { Reading } from '../meter/reading'
import type { Step } from '../provider/source'
import { BATCH, batchesOf } from '../store/collection'
import type { Connection, Round } from '../store/connections'
import { compact, markMissing, removeLeftovers } from './compaction'
import { callFor, sourceFor } from './connections'
import { fromJson } from './json'
import { complete, fail, type Held, putBack, saveRound, take } from './lease'
import { addCounts, recordChunk } from './record/chunk'
import { currentRound } from './round'

/** What is kept of the deadline for recording and for giving the connection back. */
const LEAST_RESERVE_MS = 700
const MOST_RESERVE_MS = 2000
/** No request is begun that could hardly be answered in time. */
const ANSWER_MS = 300
/** The place is saved after every so many chunks: what a killed run has to read again. */
const CHUNKS_PER_SAVE = 2

export interface Outcome {
  id: string
  outcome: 'complete' | 'continues' | 'failed'
  readings: number
  changed: number
  /** Of a failure. */
  code: string | null
}

export interface SweptConnection extends Outcome {
  /** Whether the run that held it before was cut off. */
  wasInterrupted: boolean
  isCompactionFailed: boolean
}

/** Reads one connection for as long as time allows; undefined when another run has it. Never throws. */
export async function sweepConnection(
  connection: Connection,
  runId: string,
  call: Call,
): Promise<SweptConnection | undefined> {
  const sweep = new ConnectionSweep(connection, runId, call)
  try {
    if (!(await take(connection, runId, call))) return undefined
    await sweep.run()
  } catch (error) {
    sweep.failure = await sweep.giveUp(error)
  }
  return sweep.result()
}

class ConnectionSweep {
  failure: string | null = null
  private readonly held: Held
  private round: Round
  private memory: string | null
  private readings = 0
  private changed = 0
  private chunks = 0
  private isComplete = false
  private isCompactionFailed = false

  constructor(
    private readonly connection: Connection,
    runId: string,
    private readonly call: Call,
  ) {
    this.held = { connection, holder: runId }
    this.round = currentRound(connection, runId, call.clock.now())
    this.memory = connection.memory
  }

  async run(): Promise<void> {
    const isWhole = await this.readAll()
    const { round, memory } = this
    const isOurs = isWhole ? await this.finish() : await putBack(this.held, round, memory, this.call)
    if (!isOurs) throw takenOver()
  }

  /** Records the failure on the connection, where that is still possible; its code. */
  async giveUp(thrown: unknown): Promise<string> {
    const error = thrown instanceof CallError ? thrown : this.internal(thrown)
    this.call.log('connection-failed', { connection: this.connection._id, code: error.code })
    try {
      const isOurs = await fail(this.held, this.round, error, this.call)
      if (!isOurs) await removeLeftovers(this.connection._id, this.call)
    } catch (unsaved) {
      // The lease ends by itself, and the next run finds the connection as it was.
      this.call.log('connection-not-given-back', { code: unsaved instanceof CallError ? unsaved.code : 'INTERNAL' })
    }
    return error.code
  }

  result(): SweptConnection {
    const { failure: code, readings, changed, isComplete, isCompactionFailed } = this
    const outcome = code !== null ? 'failed' : isComplete ? 'complete' : 'continues'
    const wasInterrupted = this.connection.holder !== null
    return { id: this.connection._id, outcome, readings, changed, code, wasInterrupted, isCompactionFailed }
  }

  /** Whether the round came to its end. What was read before a failure, or before time ran out, is recorded. */
  private async readAll(): Promise<boolean> {
    const reserve = Math.min(MOST_RESERVE_MS, Math.max(LEAST_RESERVE_MS, this.call.deadline.remaining() / 5))
    const deadline = endingBefore(this.call.deadline, reserve, this.call.clock)
    const pending: Reading[] = []
    let reached: Step | undefined
    const flush = async () => {
      const step = reached
      reached = undefined
      if (step) await this.record(pending.splice(0), step)
    }
    try {
      for await (const step of this.steps({ ...this.call, deadline })) {
        pending.push(...step.readings)
        reached = step
        if (step.memory !== undefined) this.memory = JSON.stringify(step.memory)
        if (step.next === undefined || pending.length >= BATCH) await flush()
        if (step.next === undefined) return true
      }
      await flush()
    } catch (error) {
      await flush()
      // Out of time is a failure only of an upstream that was asked and got nowhere, not where the pace left no turn.
      const isFutile = this.chunks === 0 && this.call.tally.upstreamCalls > 0
      if (!deadline.signal.aborted || isFutile) throw error
      return false
    } finally {
      deadline.release()
    }
    if (this.chunks === 0) throw noProgress()
    return false
  }

  private steps(call: Call) {
    const { connection, round } = this
    const options = {
      from: fromJson(round.place),
      memory: fromJson(connection.memory),
      intervalMs: connection.intervalMinutes * MINUTE_MS,
      mayRequest: () => call.deadline.remaining() > ANSWER_MS,
    }
    return sourceFor(connection).read(options, callFor(connection, call))
  }

  /** Records some readings, and that the round has come as far as this step. */
  private async record(readings: readonly Reading[], { next }: Step): Promise<void> {
    const { connection, round, call } = this
    const context = {
      connection: connection._id,
      provider: connection.provider,
      completeAt: connection.completeAt,
      isUnsure: round.isUnsure,
      ...(round.marks && { mark: round.id }),
    }
    // One meter comes twice when the upstream's list moves while it is being read.
    const distinct = [...new Map(readings.map(reading => [reading.key, reading])).values()]
    let { seen, known, found } = round
    const counts = { ...round.counts }
    for (const chunk of batchesOf(distinct)) {
      const recorded = await recordChunk(chunk, context, call)
      seen += chunk.length
      known += recorded.known
      found += recorded.found
      addCounts(counts, recorded.counts)
      this.readings += chunk.length
      this.changed += recorded.changed
    }
    const place = next === undefined ? null : JSON.stringify(next)
    // A step that brought nothing and leads nowhere new is none.
    if (readings.length > 0 || place !== round.place) this.chunks += 1
    this.round = { ...round, movedAt: call.clock.now(), seen, known, found, counts, place }
    if (next === undefined || this.chunks % CHUNKS_PER_SAVE !== 0) return
    if (!(await saveRound(this.held, this.round, call))) throw takenOver()
  }

  /** What is due at the end of a round. */
  private async finish(): Promise<boolean> {
    const { connection, round, call, memory } = this
    let { markedDay } = connection
    let missing = Math.max(0, connection.missing - round.found)
    if (round.marks) {
      missing = await markMissing(connection._id, round, call)
      this.isCompactionFailed = !(await compact(connection._id, markedDay, call))
      // Not done: the next round is a marking one again, and tries again.
      if (!this.isCompactionFailed) markedDay = dayAt(round.startedAt)
    }
    // Not seen, and not marked yet: the next round, due at once, looks for them.
    const unseen = round.marks ? 0 : Math.max(0, connection.meters - round.known)
    missing += unseen
    const isSearchDue = unseen > 0
    if (isSearchDue) markedDay = null
    this.isComplete = await complete(this.held, { round, memory, markedDay, missing, isSearchDue }, call)
    return this.isComplete
  }

  /** A fault of our own; its message is not logged, it could hold a secret. */
  private internal(thrown: unknown): CallError {
    const name = thrown instanceof Error ? thrown.name : typeof thrown
    this.call.log('internal-error', { error: name, connection: this.connection._id })
    return new CallError(
      'INTERNAL',
      text('读取该连接时内部出错。', 'Something went wrong while reading this connection.'),
    )
  }
}

/** The upstream took all the time there was, for nothing. */
function noProgress(): CallError {
  return new CallError(
    'DEADLINE_EXCEEDED',
    text(
      '在函数的超时时间内一个额度也没有读到。请调大 watchQuotas 的超时时间，或检查上游。',
      'Not one meter could be read within the time-out. Raise the time-out of watchQuotas, or check the upstream.',
    ),
  )
}

function takenOver(): CallError {
  return new CallError('CONFLICT', text('另一次运行已接手该连接。', 'Another run has taken this connection over.'))
}
