import type { Bed } from '../../local/bed'
import type { Caller } from '../../local/runtime'
import { counting } from './watching'

export interface BoardAnswer {
  /** Database queries of the whole call. */
  queries: number
  /** Of the answer with its envelope, as JSON. */
  bytes: number
  ms: number
  data: unknown
}

/** One call of quotaBoard, and what it cost. Throws for a failure. */
export async function askBoard(bed: Bed, input: object, caller: Caller): Promise<BoardAnswer> {
  const startedAt = performance.now()
  const { result, reads } = await counting(bed, () => bed.cloud.runtime.invoke('quotaBoard', input, caller))
  const ms = performance.now() - startedAt
  const envelope = result.ok ? (result.result as { ok: boolean; data: unknown }) : undefined
  if (!envelope?.ok) throw new Error(`quotaBoard: ${JSON.stringify(result)}`)
  return { queries: reads, bytes: Buffer.byteLength(JSON.stringify(envelope)), ms, data: envelope.data }
}
