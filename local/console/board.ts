import type { Envelope, Invoke } from './envelope'

/** A meter as `quotaBoard` shows it, as far as the console reads it. */
export interface BoardMeter {
  provider: string
  title: string
  kind: string
  unit: string
  value: string | null
  limit: string | null
  standing: string
  level: string | null
}

export interface Board {
  /** The most urgent first. */
  meters: BoardMeter[]
  /** How many more there are than were asked for. */
  more: number
  /** Why the numbers may be less than they should be. */
  problems: string[]
}

interface Page {
  meters: BoardMeter[]
  hasMore: boolean
  counts: Record<string, number>
  degraded: { message: string }[]
}

/** The first meters of the board, at most so many. Throws what the function answers instead. */
export async function readBoard(invoke: Invoke, most: number): Promise<Board> {
  const meters: BoardMeter[] = []
  for (let page = 0; ; page++) {
    const data = dataOf(await invoke<Page>('quotaBoard', { action: 'board', page }))
    meters.push(...data.meters)
    if (data.hasMore && meters.length < most) continue
    const total = Object.values(data.counts).reduce((sum, count) => sum + count, 0)
    const shown = meters.slice(0, most)
    return { meters: shown, more: Math.max(0, total - shown.length), problems: data.degraded.map(one => one.message) }
  }
}

function dataOf<Data>(envelope: Envelope<Data>): Data {
  if (envelope.ok) return envelope.data
  throw new Error(`${envelope.error.code}: ${envelope.error.message}`)
}
