import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { itemsOnPage, readPages } from './readPages'

const yes = () => true

/** Reads everything from a source of so many items, ten to the page. */
async function readAll(options: { first?: number; total?: number; totals(page: number): number; ahead?: number }) {
  const { first = 0, total, totals, ahead = 3 } = options
  const asked: number[] = []
  const got: number[] = []
  let inFlight = 0
  let mostInFlight = 0
  const read = async (page: number) => {
    asked.push(page)
    inFlight += 1
    mostInFlight = Math.max(mostInFlight, inFlight)
    // Later pages come first.
    for (let turn = 0; turn < 20 - (page % 5) * 4; turn++) await undefined
    inFlight -= 1
    return { page, total: totals(page) }
  }
  for await (const { page } of readPages({ first, total, pageSize: 10, ahead, read, mayRequest: yes })) got.push(page)
  return { asked, got, mostInFlight }
}

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe('readPages', () => {
  it('asks for every page once and gives them in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(200), fc.nat(25), fc.integer({ min: 1, max: 9 }), async (total, first, ahead) => {
        const { asked, got, mostInFlight } = await readAll({ first, totals: () => total, ahead })
        expect(got).toEqual(upTo(first, Math.max(first + 1, Math.ceil(total / 10))))
        expect(asked).toEqual(got)
        expect(mostInFlight).toBeLessThanOrEqual(ahead)
      }),
    )
  })

  it('reads ahead at once when the total is known, else after the first page', async () => {
    expect((await readAll({ total: 100, totals: () => 100 })).mostInFlight).toBe(3)
    const reading = readPages({ first: 0, pageSize: 10, ahead: 3, mayRequest: yes, read: async () => ({ total: 100 }) })
    await reading.next()
    await reading.return(undefined)
  })

  it('goes on when the total grows, even on the last page', async () => {
    expect((await readAll({ totals: page => (page === 1 ? 40 : 20) })).got).toEqual([0, 1, 2])
    expect((await readAll({ totals: page => (page < 1 ? 20 : 40) })).got).toEqual([0, 1, 2, 3])
  })

  it('ends where a lower total ends, dropping what was asked for ahead', async () => {
    expect((await readAll({ total: 100, totals: page => (page < 2 ? 100 : 25) })).got).toEqual([0, 1, 2])
  })

  it('throws in its place what a page throws, and drops what follows', async () => {
    const got: number[] = []
    const read = async (page: number) => {
      if (page >= 2) throw new Error(`page ${page}`)
      await new Promise(setImmediate)
      return { page, total: 100 }
    }
    const reading = async () => {
      for await (const { page } of readPages({ first: 0, total: 100, pageSize: 10, ahead: 5, read, mayRequest: yes })) {
        got.push(page)
      }
    }
    await expect(reading()).rejects.toThrow('page 2')
    expect(got).toEqual([0, 1])
  })

  it('asks before each request, and ends after a no', async () => {
    const answers: number[] = []
    const got: number[] = []
    const mayRequest = (inFlight: number) => {
      answers.push(inFlight)
      return answers.length <= 4
    }
    const read = async (page: number) => ({ page, total: 100 })
    for await (const { page } of readPages({ first: 3, total: 100, pageSize: 10, ahead: 2, read, mayRequest }))
      got.push(page)
    expect(got).toEqual([3, 4, 5, 6])
    expect(Math.max(...answers)).toBeLessThanOrEqual(2)
  })
})

describe('itemsOnPage', () => {
  it('adds up to the total', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 50 }), (total, pageSize) => {
        const pages = upTo(0, Math.ceil(total / pageSize) + 2).map(page => itemsOnPage(page, pageSize, total))
        expect(pages.reduce((sum, items) => sum + items, 0)).toBe(total)
        expect(Math.max(...pages)).toBeLessThanOrEqual(pageSize)
      }),
    )
  })
})
