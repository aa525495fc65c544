import { beforeEach, describe, expect, it } from '@jest/globals'
import { collectionWith } from './collection'
import { declareCommandTests } from './command'
import { type Database, type Platform, thrownBy } from './platform'

export function declareDatabaseTests(platform: () => Platform): void {
  describe('database', () => {
    let database: Database
    beforeEach(() => {
      database = platform().sdk.database()
    })

    declareDocumentTests(() => database)
    declareQueryTests(() => database)
    declareCommandTests(() => database)

    it('refuses a collection that does not exist with -502005', async () => {
      const missing = database.collection('nowhere')
      const attempts: [string, () => Promise<unknown>][] = [
        ['collection.get', () => missing.where({ a: 1 }).get()],
        ['collection.count', () => missing.count()],
        ['collection.update', () => missing.where({ a: 1 }).update({ data: { a: 2 } })],
        ['collection.remove', () => missing.where({ a: 1 }).remove()],
        ['collection.add', () => missing.add({ data: { a: 1 } })],
        ['document.get', () => missing.doc('a').get()],
        ['document.set', () => missing.doc('a').set({ data: { a: 1 } })],
        ['document.update', () => missing.doc('a').update({ data: { a: 1 } })],
        ['document.remove', () => missing.doc('a').remove()],
      ]
      for (const [api, attempt] of attempts) {
        const error = await thrownBy(attempt)
        expect(error.errCode).toBe(-502005)
        expect(error.errMsg).toMatch(new RegExp(`^${api}:fail -502005 database collection not exists`))
      }
    })

    it('never gives out the stored document itself, nor keeps the one it was given', async () => {
      const given = { _id: 'a', nested: { list: [1] } }
      const collection = await collectionWith(database, [given])
      given.nested.list.push(2)
      const first = (await collection.doc('a').get()).data as typeof given
      first.nested.list.push(3)
      const [second] = (await collection.get()).data as (typeof given)[]
      second?.nested.list.push(4)
      expect((await collection.doc('a').get()).data).toEqual({ _id: 'a', nested: { list: [1] } })
    })
  })
}

function declareDocumentTests(database: () => Database): void {
  describe('one document', () => {
    it('gets an _id when it has none, and keeps its own', async () => {
      const collection = await collectionWith(database())
      const own = await collection.add({ data: { _id: 'mine', n: 1 } })
      const made = await collection.add({ data: { n: 2 } })
      expect(own._id).toBe('mine')
      expect(made._id).toMatch(/^\w{8,}$/)
      expect((await collection.doc(String(made._id)).get()).data).toEqual({ _id: made._id, n: 2 })
    })

    it('several are added at once, in order', async () => {
      const collection = await collectionWith(database())
      expect((await collection.add({ data: [{ _id: 'a' }, { _id: 'b' }] }))._ids).toEqual(['a', 'b'])
    })

    it('is refused when its _id is taken, and nothing changes', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a', n: 1 }])
      const error = await thrownBy(() => collection.add({ data: { _id: 'a', n: 2 } }))
      expect(error.errMsg).toMatch(/^collection\.add:fail /)
      expect((await collection.get()).data).toEqual([{ _id: 'a', n: 1 }])
    })

    it('that does not exist makes get reject, not give null', async () => {
      const collection = await collectionWith(database())
      const error = await thrownBy(() => collection.doc('nobody').get())
      expect(error.errCode).toBe(-1)
      expect(error.errMsg).toBe('document.get:fail document with _id nobody does not exist')
    })

    it('is replaced whole by set, or created', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a', old: 1 }])
      const replaced = await collection.doc('a').set({ data: { fresh: { deep: true } } })
      const created = await collection.doc('b').set({ data: { n: 1 } })
      expect(replaced.stats).toEqual({ updated: 1, created: 0 })
      expect(created.stats).toEqual({ updated: 0, created: 1 })
      expect((await collection.orderBy('_id', 'asc').get()).data).toEqual([
        { _id: 'a', fresh: { deep: true } },
        { _id: 'b', n: 1 },
      ])
    })

    it('is merged by update: nested objects key by key', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a', n: 1, nested: { x: 1, y: 2 } }])
      const answer = await collection.doc('a').update({ data: { n: 2, nested: { y: 3 }, more: [1] } })
      expect(answer.stats).toEqual({ updated: 1 })
      expect((await collection.doc('a').get()).data).toEqual({ _id: 'a', n: 2, nested: { x: 1, y: 3 }, more: [1] })
    })

    it('that does not exist is not created by update', async () => {
      const collection = await collectionWith(database())
      expect((await collection.doc('a').update({ data: { n: 1 } })).stats).toEqual({ updated: 0 })
      expect((await collection.count()).total).toBe(0)
    })

    it('keeps its _id: update and set refuse another, and empty data', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a', n: 1 }])
      for (const method of ['update', 'set'] as const) {
        expect((await thrownBy(() => collection.doc('a')[method]({ data: { _id: 'b' } }))).errCode).toBe(-501007)
        expect((await thrownBy(() => collection.doc('a')[method]({ data: {} }))).errMsg).toMatch(/must not be empty/)
      }
      expect((await collection.get()).data).toEqual([{ _id: 'a', n: 1 }])
    })

    it('is removed, once', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a' }, { _id: 'b' }])
      expect((await collection.doc('a').remove()).stats).toEqual({ removed: 1 })
      expect((await collection.doc('a').remove()).stats).toEqual({ removed: 0 })
      expect((await collection.get()).data).toEqual([{ _id: 'b' }])
    })

    it('keeps dates, null, fractions and Chinese text; undefined is not stored', async () => {
      const collection = await collectionWith(database())
      const data = {
        _id: 'a',
        at: new Date(1_789_000_000_123),
        none: null,
        half: 0.5,
        big: 1_789_000_000_123,
        名: '余量',
      }
      await collection.add({ data: { ...data, gone: undefined } })
      expect((await collection.doc('a').get()).data).toEqual(data)
    })
  })
}

function declareQueryTests(database: () => Database): void {
  describe('a query', () => {
    const numbers = () => [3, 1, 2].map(n => ({ _id: `d${n}`, n, odd: n % 2 === 1, nested: { n } }))

    it('matches every condition, nested ones too', async () => {
      const collection = await collectionWith(database(), numbers())
      const found = await collection.where({ odd: true, nested: { n: 3 } }).get()
      expect(found.data).toEqual([{ _id: 'd3', n: 3, odd: true, nested: { n: 3 } }])
      expect(found.errMsg).toBe('collection.get:ok')
      expect((await collection.where({ odd: true, n: 2 }).get()).data).toEqual([])
    })

    it('orders, skips, limits and picks fields', async () => {
      const collection = await collectionWith(database(), numbers())
      const found = await collection.orderBy('n', 'desc').skip(1).limit(1).field({ n: true }).get()
      expect(found.data).toEqual([{ _id: 'd2', n: 2 }])
      const without = await collection.where({ n: 1 }).field({ nested: false, odd: false }).get()
      expect(without.data).toEqual([{ _id: 'd1', n: 1 }])
    })

    it('orders by the first field, then by the second', async () => {
      const collection = await collectionWith(database(), numbers())
      const found = await collection.orderBy('odd', 'desc').orderBy('n', 'asc').get()
      expect(found.data.map(({ _id }) => _id)).toEqual(['d1', 'd3', 'd2'])
    })

    it('gives 100 documents unless told otherwise, and at most 1000', async () => {
      const documents = Array.from({ length: 1005 }, (_, n) => ({ _id: `d${n}`, n }))
      const collection = await collectionWith(database(), documents)
      expect((await collection.get()).data).toHaveLength(100)
      expect((await collection.limit(150).get()).data).toHaveLength(150)
      expect((await collection.limit(5000).get()).data).toHaveLength(1000)
      expect((await collection.count()).total).toBe(1005)
    })

    it('counts, updates and removes what matches, without a limit', async () => {
      const collection = await collectionWith(database(), numbers())
      expect(await collection.where({ odd: true }).count()).toEqual({ total: 2, errMsg: 'collection.count:ok' })
      expect((await collection.where({ odd: true }).update({ data: { seen: 1 } })).stats).toEqual({ updated: 2 })
      expect((await collection.where({ odd: true }).update({ data: { _x: 1 } })).errMsg).toBe('collection.update:ok')
      expect((await collection.where({ seen: 1 }).remove()).stats).toEqual({ removed: 2 })
      expect((await collection.get()).data).toEqual([{ _id: 'd2', n: 2, odd: false, nested: { n: 2 } }])
    })

    it('compares and sets: only the first of two with the same version wins', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a', version: 1 }])
      const attempt = () => collection.where({ _id: 'a', version: 1 }).update({ data: { version: 2 } })
      expect((await attempt()).stats).toEqual({ updated: 1 })
      expect((await attempt()).stats).toEqual({ updated: 0 })
    })

    it('matches null against a missing field, as MongoDB does', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a' }, { _id: 'b', n: null }, { _id: 'c', n: 0 }])
      const found = await collection.where({ n: null }).orderBy('_id', 'asc').get()
      expect(found.data.map(({ _id }) => _id)).toEqual(['a', 'b'])
    })

    it('refuses what it does not understand instead of matching everything', async () => {
      const collection = await collectionWith(database(), numbers())
      const unknown = await thrownBy(() => collection.where({ n: { $nonsense: 1 } }).get())
      expect(unknown.errMsg).toMatch(/^collection\.get:fail -50\d{4}/)
      const update = await thrownBy(() => collection.where({ n: 1 }).update({ data: { $nonsense: { n: 1 } } }))
      expect(update.errMsg).toMatch(/^collection\.update:fail -50\d{4}/)
      const broken: [() => unknown, RegExp][] = [
        [() => collection.where('n'), /必须为对象/],
        [() => collection.where({ n: undefined }), /undefined/],
        [() => collection.orderBy('n', 'up'), /排序/],
        [() => collection.limit(1.5), /integer/],
        [() => collection.skip(1.5), /integer/],
      ]
      for (const [work, message] of broken) expect((await thrownBy(work)).message).toMatch(message)
      expect(database().command['nonsense']).toBeUndefined()
      expect((await collection.count()).total).toBe(3)
    })
  })
}
