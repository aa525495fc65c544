import { pMapIterable } from 'p-map'

export interface PagedSource<Page extends { total: number }> {
  /** Of the first page to read, from 0. */
  first: number
  /** How many items there are, where an earlier page told; otherwise the first page is read alone to learn it. */
  total?: number | undefined
  pageSize: number
  /** How many pages are requested at a time. */
  ahead: number
  read(page: number): Promise<Page>
  /** Asked before each request; `inFlight` pages are still to come. A "no" ends the reading after those. */
  mayRequest(inFlight: number): boolean
}

/**
 * The pages from the first to the one at which the newest total ends, strictly in order, with a few requested ahead. A
 * page that cannot be read throws in its place: those before it have come by then, those after it are dropped.
 */
export async function* readPages<Page extends { total: number }>(source: PagedSource<Page>): AsyncGenerator<Page> {
  const { first, pageSize, ahead, read, mayRequest } = source
  let { total } = source
  let requested = first
  let given = first
  const isPastEnd = (page: number) => total !== undefined && page * pageSize >= total
  function* pagesToRequest() {
    while (mayRequest(requested - given)) {
      yield requested++
      if (total === undefined || isPastEnd(requested)) return
    }
  }
  // Once more whenever a page raised the total, or told it first.
  do {
    for await (const page of pMapIterable(pagesToRequest(), read, { concurrency: ahead, backpressure: ahead })) {
      given += 1
      total = page.total
      yield page
      // A lower total: what was requested ahead lies past the end.
      if (isPastEnd(given)) return
    }
  } while (mayRequest(0))
}

/** How many items a page, counted from 0, has to hold of so many in all. */
export function itemsOnPage(page: number, pageSize: number, total: number): number {
  return Math.max(0, Math.min(pageSize, total - page * pageSize))
}
