import pMap, { pMapSkip } from 'p-map'
import { type Call, CallError } from '../../call'

const CONCURRENCY = 10

/** What became of one item. */
export type Outcome<Item, Result> = { item: Item; result: Result } | { item: Item; error: CallError }

/**
 * Reads these one by one, at most ten at a time, as far as `mayRequest` and the deadline let it: the outcomes of the first
 * so many, in order. Throws what is no CallError.
 */
export async function readEach<Item, Result>(
  items: readonly Item[],
  mayRequest: (inFlight: number) => boolean,
  read: (item: Item) => Promise<Result>,
  { deadline }: Call,
): Promise<Outcome<Item, Result>[]> {
  let inFlight = 0
  let isStopped = false
  const readOne = async (item: Item): Promise<Outcome<Item, Result> | typeof pMapSkip> => {
    isStopped ||= !mayRequest(inFlight)
    if (isStopped) return pMapSkip
    inFlight += 1
    try {
      return { item, result: await read(item) }
    } catch (error) {
      // Cut off by us: it says nothing of the item.
      if (deadline.signal.aborted && error === deadline.signal.reason) return pMapSkip
      if (error instanceof CallError) return { item, error }
      throw error
    } finally {
      inFlight -= 1
    }
  }
  const outcomes = await pMap(items, readOne, { concurrency: CONCURRENCY })
  // One that was cut off may have others behind it that were not.
  const gap = items.findIndex((item, index) => outcomes[index]?.item !== item)
  return gap < 0 ? outcomes : outcomes.slice(0, gap)
}
