import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { command, openCollection } from '../../shared/store/collection'
import { decimal, instant } from '../../shared/store/fields'
import { anySchema, collectionWith, idSchema, newCall, numberSchema } from './storeCollection'

export function declareInsertTests(): void {
  describe('insert', () => {
    it('makes a collection that does not exist: three requests, later ones cost one', async () => {
      const { collection, call } = await collectionWith()
      expect(await collection.insert([{ _id: 'a' }, { _id: 'b' }])).toBe('inserted')
      expect(call.tally.databaseWrites).toBe(3)
      expect(await collection.insert([{ _id: 'c' }])).toBe('inserted')
      expect(call.tally.databaseWrites).toBe(4)
      expect(await collection.find(idSchema, { where: {} })).toHaveLength(3)
    })

    it('of two invocations at the same time makes the collection once and loses nothing', async () => {
      const { name } = await collectionWith()
      const works = ['a', 'b', 'c', 'd'].map(_id => openCollection(name, newCall()).insert([{ _id }]))
      expect(await Promise.all(works)).toEqual(['inserted', 'inserted', 'inserted', 'inserted'])
      const found = await openCollection(name, newCall()).find(idSchema, { where: {}, orderBy: [['_id', 'asc']] })
      expect(found.map(({ _id }) => _id)).toEqual(['a', 'b', 'c', 'd'])
    })

    it('of one document by two at the same time: one inserts, for the other it exists', async () => {
      const { name } = await collectionWith()
      const works = [1, 2].map(n => openCollection(name, newCall()).insert([{ _id: 'a', n }]))
      expect((await Promise.all(works)).sort()).toEqual(['exists', 'inserted'])
    })

    it('answers exists for a taken _id and changes nothing of it', async () => {
      const { collection } = await collectionWith([{ _id: 'a', n: 1 }])
      expect(await collection.insert([{ _id: 'a', n: 2 }])).toBe('exists')
      expect(await collection.insert([{ _id: 'b' }, { _id: 'a', n: 3 }])).toBe('exists')
      expect(await collection.find(numberSchema, { where: { _id: 'a' } })).toEqual([{ _id: 'a', n: 1 }])
    })

    it('of nothing costs nothing', async () => {
      const { collection, call } = await collectionWith()
      expect(await collection.insert([])).toBe('inserted')
      expect(call.tally).toMatchObject({ databaseReads: 0, databaseWrites: 0 })
    })

    it.each<[string, unknown]>([
      ['zero', 0],
      ['a negative number', -1],
      ['the greatest of 32 bits', 2 ** 31 - 1],
      ['one more', 2 ** 31],
      ['an instant', 1_789_000_000_123],
      ['the greatest exact one', Number.MAX_SAFE_INTEGER],
      ['the least exact one', Number.MIN_SAFE_INTEGER],
      ['a fraction', 0.1],
      ['a decimal string', '12345678901234567890.10'],
      ['a decimal string that looks like a number', '1'],
      ['an instant as text', '2026-11-20T12:00:00.000Z'],
      ['null', null],
      ['false', false],
      ['empty text', ''],
      ['Chinese text and an emoji', '余量🧾'],
      ['an empty list', []],
      ['an empty object', {}],
      ['nested lists', [[1_789_000_000_123, '0.10'], [0, '-5'], []]],
      ['nested objects', { a: { b: null, c: [{ d: 0 }] } }],
    ])('keeps %s, and so does update', async (_, value) => {
      const { collection } = await collectionWith([
        { _id: 'inserted', value },
        { _id: 'updated', value: 'before' },
      ])
      expect(await collection.update({ _id: 'updated' }, { value })).toBe(1)
      expect(await collection.find(anySchema, { where: {}, orderBy: [['_id', 'asc']] })).toEqual([
        { _id: 'inserted', value },
        { _id: 'updated', value },
      ])
    })

    it('gives numbers and decimals that their schemas take', async () => {
      const document = { _id: 'a', at: 1_789_000_000_123, zero: 0, amount: '-0.10' }
      const { collection } = await collectionWith([document])
      const schema = v.object({ _id: v.string(), at: instant, zero: instant, amount: decimal })
      expect(await collection.find(schema, { where: { at: document.at } })).toEqual([document])
    })
  })
}

export function declareUpdateTests(): void {
  describe('update', () => {
    it('replaces a nested object, whatever was there', async () => {
      const before: [string, unknown][] = [
        ['a', { x: 1, y: { z: 2 } }],
        ['b', null],
        ['c', 'text'],
        ['d', [1]],
      ]
      const { collection } = await collectionWith(before.map(([_id, value]) => ({ _id, value })))
      const value = { y: { w: 3 }, list: [[1, '2']] }
      expect(await collection.update({}, { value })).toBe(4)
      expect(await collection.find(anySchema, { where: {} })).toEqual(before.map(([_id]) => ({ _id, value })))
      expect(await collection.update({ _id: 'a' }, { value: Object.assign(Object.create(null), { n: 1 }) })).toBe(1)
      expect(await collection.update({ _id: 'b' }, { value: {} })).toBe(1)
      const { in: among } = command(newCall())
      expect(await collection.find(anySchema, { where: { _id: among(['a', 'b']) } })).toEqual([
        { _id: 'a', value: { n: 1 } },
        { _id: 'b', value: {} },
      ])
    })

    it('pushes points, which are lists, and keeps the last', async () => {
      const { collection, call } = await collectionWith([{ _id: 'a', value: [[1, '10']] }])
      const { push } = command(call)
      await collection.update({ _id: 'a' }, { value: push({ each: [[2, '9.50']] }) })
      await collection.update(
        { _id: 'a' },
        {
          value: push({
            each: [
              [3, '9'],
              [4, '8'],
            ],
            slice: -3,
          }),
        },
      )
      const [found] = await collection.find(anySchema, { where: {} })
      expect(found?.value).toEqual([
        [2, '9.50'],
        [3, '9'],
        [4, '8'],
      ])
    })

    it('adds, removes and sets in one request', async () => {
      const { collection, call } = await collectionWith([{ _id: 'a', n: 1, value: 1 }])
      const { inc, remove } = command(call)
      expect(await collection.update({ _id: 'a' }, { n: inc(1_789_000_000_123), value: remove() })).toBe(1)
      expect(await collection.find(numberSchema, { where: {} })).toEqual([{ _id: 'a', n: 1_789_000_000_124 }])
      expect(await collection.find(anySchema, { where: { value: command(call).exists(true) } })).toEqual([])
    })

    it('compares and sets: the first wins, for the second nothing matches', async () => {
      const { name } = await collectionWith([{ _id: 'a', dueAt: 1_789_000_000_123, holder: null }])
      const take = (holder: string) => {
        const seen = { _id: 'a', dueAt: 1_789_000_000_123, holder: null }
        return openCollection(name, newCall()).update(seen, { dueAt: 1_789_000_090_123, holder })
      }
      expect((await Promise.all([take('one'), take('two'), take('three')])).sort()).toEqual([0, 0, 1])
      expect(await take('late')).toBe(0)
    })

    it('changes every document that matches, and says how many', async () => {
      const { collection, call } = await collectionWith([1, 2, 3].map(n => ({ _id: `d${n}`, n })))
      const { gte, and, neq } = command(call)
      expect(await collection.update({ n: gte(2) }, { n: 9 })).toBe(2)
      expect(await collection.update({ n: and([gte(1), neq(9)]) }, { n: 8 })).toBe(1)
      expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 0, databaseWrites: 2 })
    })
  })
}

export function declareRemoveTests(): void {
  describe('remove', () => {
    it('removes what matches, and says how many', async () => {
      const { collection, call } = await collectionWith([1, 2, 3].map(n => ({ _id: `d${n}`, n })))
      const { lt } = command(call)
      expect(await collection.remove({ n: lt(3) })).toBe(2)
      expect(await collection.remove({ n: lt(3) })).toBe(0)
      expect(await collection.find(idSchema, { where: {} })).toEqual([{ _id: 'd3' }])
      expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 1, databaseWrites: 2 })
    })
  })
}
