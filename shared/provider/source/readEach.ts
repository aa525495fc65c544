import pMap, { pMapSkip } from 'p-map'
import { CallError } from '../../call'

const CONCURRENCY = 10

/** What became of one item. */
export type Outcome<Item, Result> = { item: Item; result: Result } | { item: Item; error: CallError }

/**
 * Reads these one by one, at most ten at a time, as far as `mayRequest` agrees: the outcomes of the first so many, in
 * order. Throws what is no CallError.
 */
export function readEach<Item, Result>(
  items: readonly Item[],
  mayRequest: (inFlight: number) => boolean,
  read: (item: Item) => Promise<Result>,
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
      if (error instanceof CallError) return { item, error }
      throw error
    } finally {
      inFlight -= 1
    }
  }
  return pMap(items, readOne, { concurrency: CONCURRENCY })
}
