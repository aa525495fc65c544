import { randomBytes } from 'node:crypto'
import { conflict, requestFailed } from './error'
import type { State } from './state'
import type { Change } from './store'

/** The platform ends a transaction that is not committed by then. */
const LONGEST_MS = 30_000

interface Transaction {
  startedAt: number
  /** The snapshot, with this transaction's own writes. */
  state: State
  writes: Map<string, Change>
}

/**
 * Open transactions under snapshot isolation. The first to commit wins: a document that anyone else changed since the
 * snapshot makes the commit a conflict. Only the commit, because wx-server-sdk runs a transaction again when a commit
 * says so, but drops the code that says so from any other answer.
 */
export class Transactions {
  private readonly open = new Map<string, Transaction>()

  constructor(
    private readonly committed: State,
    private readonly now: () => number,
  ) {}

  start(): string {
    this.dropExpired()
    const id = randomBytes(16).toString('hex')
    this.open.set(id, { startedAt: this.now(), state: this.committed.fork(), writes: new Map() })
    return id
  }

  state(id: string): State {
    return this.find(id).state
  }

  write(id: string, changes: readonly Change[]): void {
    const { state, writes } = this.find(id)
    for (const change of changes) {
      const key = keyOf(change)
      const earlier = writes.get(key)
      writes.set(key, earlier ? { ...change, before: earlier.before } : change)
    }
    state.apply(changes)
  }

  /** Ends the transaction and returns what it wrote. */
  finish(id: string): Change[] {
    const { writes } = this.find(id)
    this.open.delete(id)
    for (const { collection, before, after } of writes.values()) {
      const documentId = before?.id ?? after?.id
      if (documentId === undefined) continue
      // By content: another process's write brings every document anew.
      if (this.committed.documents(collection).get(documentId)?.text !== before?.text) throw conflict()
    }
    return [...writes.values()]
  }

  abort(id: string): void {
    this.find(id)
    this.open.delete(id)
  }

  private find(id: string): Transaction {
    this.dropExpired()
    const transaction = this.open.get(id)
    if (transaction) return transaction
    throw requestFailed(
      '[ResourceUnavailable.TransactionNotExist] Transaction does not exist on the server, transaction must be commit or abort in 30 seconds.',
    )
  }

  private dropExpired(): void {
    for (const [id, { startedAt }] of this.open) if (this.now() - startedAt > LONGEST_MS) this.open.delete(id)
  }
}

function keyOf({ collection, before, after }: Change): string {
  return JSON.stringify([collection, before?.id ?? after?.id])
}
