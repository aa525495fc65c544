import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { type Collection, command } from '../../shared/store/collection'
import { failureOf } from '../support/failure'
import { collectionWith, idSchema, numberSchema } from './storeCollection'
import { declareInsertTests, declareRemoveTests, declareUpdateTests } from './storeWrites'

/** The platform behind the store. */
export interface StorePlatform {
  /** From now on every request to the database is refused with DATABASE_REQUEST_FAILED. */
  refuse(): void
  /** From now on none is answered. */
  hang(): void
  /** Ends both. */
  heal(): void
  close(): Promise<void>
}

/** Every kind of request. */
const REQUESTS: [string, (collection: Collection) => Promise<unknown>][] = [
  ['find', collection => collection.find(idSchema, { where: {} })],
  ['insert', collection => collection.insert([{ _id: 'b' }])],
  ['update', collection => collection.update({ _id: 'a' }, { n: 1 })],
  ['remove', collection => collection.remove({ _id: 'a' })],
]

/** Declares the tests of openCollection, and those of this platform alone. */
export function describeStore(name: string, start: () => Promise<StorePlatform>, declareOwn = () => {}): void {
  describe(name, () => {
    let platform: StorePlatform | undefined
    beforeAll(async () => {
      platform = await start()
    })
    afterEach(() => platform?.heal())
    afterAll(() => platform?.close())

    declareFindTests()
    declareInsertTests()
    declareUpdateTests()
    declareRemoveTests()
    declareFailureTests(() => {
      if (!platform) throw new Error('the platform has not started')
      return platform
    })
    declareOwn()
  })
}

function declareFindTests(): void {
  describe('find', () => {
    const numbers = [3, 1, 2].map(n => ({ _id: `d${n}`, n, odd: n % 2 === 1, heavy: 'x'.repeat(100) }))

    it('gives the fields that the schema names, of what matches, in order, within the limit', async () => {
      const { collection, call } = await collectionWith(numbers)
      const ordered = { where: {}, orderBy: [['n', 'desc']] as const }
      expect(await collection.find(numberSchema, { ...ordered, limit: 2 })).toEqual([
        { _id: 'd3', n: 3 },
        { _id: 'd2', n: 2 },
      ])
      expect(await collection.find(numberSchema, { ...ordered, skip: 2 })).toEqual([{ _id: 'd1', n: 1 }])
      const { in: among } = command(call)
      expect(await collection.find(idSchema, { where: { _id: among(['d1', 'd9']) } })).toEqual([{ _id: 'd1' }])
      const mixed = [
        ['odd', 'desc'],
        ['n', 'asc'],
      ] as const
      const found = await collection.find(idSchema, { where: {}, orderBy: mixed })
      expect(found.map(({ _id }) => _id)).toEqual(['d1', 'd3', 'd2'])
      expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 4, databaseWrites: 0 })
    })

    it('asks for the named fields only', async () => {
      const { collection } = await collectionWith(numbers)
      const loose = v.looseObject({ n: v.number() })
      const [found] = await collection.find(v.object(loose.entries), { where: { n: 1 } })
      expect(found).toEqual({ n: 1 })
    })

    it('gives 100 documents unless told otherwise', async () => {
      const { collection } = await collectionWith(Array.from({ length: 120 }, (_, n) => ({ _id: `d${n}` })))
      expect(await collection.find(idSchema, { where: {} })).toHaveLength(100)
      expect(await collection.find(idSchema, { where: {}, limit: 110 })).toHaveLength(110)
    })

    it('gives none where the collection does not exist yet, and does not make it', async () => {
      const { collection, call } = await collectionWith()
      expect(await collection.find(idSchema, { where: { _id: 'a' } })).toEqual([])
      expect(await collection.update({ _id: 'a' }, { n: 1 })).toBe(0)
      expect(await collection.remove({ _id: 'a' })).toBe(0)
      expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 1, databaseWrites: 2 })
    })

    it.each<[string, Record<string, unknown>]>([
      ['of another type', { n: 'many' }],
      ['missing', {}],
      ['null', { n: null }],
    ])('is INTERNAL naming collection, _id and field for a field %s, and does not show it', async (_, fields) => {
      const { collection, name } = await collectionWith([{ _id: 'a/b', ...fields }])
      const error = await failureOf(collection.find(numberSchema, { where: {} }))
      expect(error).toMatchObject({ code: 'INTERNAL', retryable: false })
      for (const text of [error.text.en, error.text.zh]) expect(text).toContain(`${name}/a/b: n`)
      expect(error.message).not.toContain('many')
    })

    it('refuses a condition on undefined, which the SDK would drop', async () => {
      const { collection, call } = await collectionWith(numbers)
      const where = { n: 1, _id: undefined }
      await expect(collection.find(idSchema, { where })).rejects.toThrow('_id')
      await expect(collection.update(where, { n: 9 })).rejects.toThrow('_id')
      await expect(collection.remove(where)).rejects.toThrow('_id')
      expect(call.tally).toMatchObject({ databaseReads: 0, databaseWrites: 0 })
    })
  })
}

function declareFailureTests(platform: () => StorePlatform): void {
  describe.each(REQUESTS)('%s', (kind, request) => {
    it('is UPSTREAM_UNAVAILABLE when the database refuses, and counts', async () => {
      const { collection, call } = await collectionWith([{ _id: 'a' }])
      platform().refuse()
      expect(await failureOf(request(collection))).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryable: true,
        upstream: {
          provider: 'wechat',
          code: '-502001',
          message: expect.stringMatching(/^database (read|write) failed$/),
        },
      })
      const isRead = kind === 'find'
      expect(call.tally).toMatchObject({ databaseReads: Number(isRead), databaseWrites: Number(!isRead) })
    })

    it('ends with DEADLINE_EXCEEDED when the database does not answer', async () => {
      const { collection, call } = await collectionWith([{ _id: 'a' }])
      platform().hang()
      const failure = failureOf(request(collection))
      await call.clock.advance(call.deadline.remaining())
      expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    })

    it('asks nothing after the deadline', async () => {
      const { collection, call } = await collectionWith([{ _id: 'a' }])
      await call.clock.advance(call.deadline.remaining())
      expect((await failureOf(request(collection))).code).toBe('DEADLINE_EXCEEDED')
      expect(call.tally).toMatchObject({ databaseReads: 0, databaseWrites: 0 })
    })
  })
}
