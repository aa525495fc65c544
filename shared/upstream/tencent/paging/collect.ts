import type { Call } from '../../../call'

/** Of items in one answer, as JSON: WeChat takes 1 MB with everything around them. */
const LONGEST_JSON = 900_000

/** Some items, and the place from which reading goes on after them. */
export interface Step<Item, Place> {
  items: Item[]
  next: Place
}

export interface Collected<Item, Place> {
  items: Item[]
  /** Where reading stopped: the end, or where the next call goes on. */
  reached: Place
}

/**
 * Gathers the items of a paged source until it ends, the answer is full, or time is up. `open` starts the source; it
 * gets a question to ask before each request: whether one more page will fit. Throws the source's error, unless time is
 * up and something has been read.
 */
export async function collect<Item, Place>(
  start: Place,
  open: (mayRequest: (inFlight: number) => boolean) => AsyncIterable<Step<Item, Place>>,
  call: Call,
): Promise<Collected<Item, Place>> {
  const items: Item[] = []
  let reached = start
  let length = 0
  let longestPage = 0
  const fits = (inFlight: number) => length + (inFlight + 1) * longestPage <= LONGEST_JSON
  await untilTimeIsUp(
    call,
    () => reached !== start,
    async () => {
      for await (const step of open(fits)) {
        const added = Buffer.byteLength(JSON.stringify(step.items))
        // The first page always fits: otherwise no call could get past it.
        if (reached !== start && length + added > LONGEST_JSON) return
        items.push(...step.items)
        reached = step.next
        length += added
        longestPage = Math.max(longestPage, added)
      }
    },
  )
  return { items, reached }
}

/** Does the work. Its failure counts for nothing when time is up and there is something to show for it. */
export async function untilTimeIsUp(call: Call, hasSome: () => boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!call.deadline.signal.aborted || !hasSome()) throw error
  }
}
