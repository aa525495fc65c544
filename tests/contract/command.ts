import { describe, expect, it } from '@jest/globals'
import { collectionWith } from './collection'
import type { Database } from './platform'

type Commands = Record<string, (...args: unknown[]) => { and(other: unknown): unknown; or(other: unknown): unknown }>

const DOCUMENTS = [
  { _id: 'd1', n: 1, tags: ['a'], name: 'one' },
  { _id: 'd2', n: 2, tags: ['a', 'b'] },
  { _id: 'd3', n: 3, tags: [], name: 'three' },
]

/** Each condition, and whom of the three documents it finds. */
const CONDITIONS: [string, (_: Commands) => unknown, string[]][] = [
  ['eq', _ => ({ n: _['eq']?.(2) }), ['d2']],
  ['neq', _ => ({ n: _['neq']?.(2) }), ['d1', 'd3']],
  ['gt', _ => ({ n: _['gt']?.(2) }), ['d3']],
  ['gte', _ => ({ n: _['gte']?.(2) }), ['d2', 'd3']],
  ['lt', _ => ({ n: _['lt']?.(2) }), ['d1']],
  ['lte', _ => ({ n: _['lte']?.(2) }), ['d1', 'd2']],
  ['in', _ => ({ n: _['in']?.([1, 3, 9]) }), ['d1', 'd3']],
  ['nin', _ => ({ n: _['nin']?.([1, 3, 9]) }), ['d2']],
  ['exists', _ => ({ name: _['exists']?.(false) }), ['d2']],
  ['all', _ => ({ tags: _['all']?.(['a', 'b']) }), ['d2']],
  ['a value among those of a list', () => ({ tags: 'a' }), ['d1', 'd2']],
  ['gt and lt on one field', _ => ({ n: _['gt']?.(1).and(_['lt']?.(3)) }), ['d2']],
  ['lt or gt on one field', _ => ({ n: _['lt']?.(2).or(_['gt']?.(2)) }), ['d1', 'd3']],
  ['and of a list', _ => ({ n: _['and']?.([_['gt']?.(1), _['neq']?.(3)]) }), ['d2']],
  ['or of whole conditions', _ => _['or']?.([{ n: 1 }, { name: 'three' }]), ['d1', 'd3']],
  ['and of whole conditions', _ => _['and']?.([{ tags: 'a' }, { n: _['gt']?.(1) }]), ['d2']],
  ['not', _ => ({ n: _['not']?.(_['eq']?.(2)) }), ['d1', 'd3']],
]

/** Each change of `{_id, n: 5, list: [1, 2], nested: {x: 1, y: 2}}`, and what comes of it. */
const CHANGES: [string, (_: Commands) => object, object][] = [
  ['inc', _ => ({ n: _['inc']?.(-3) }), { n: 2 }],
  ['inc of a missing field', _ => ({ fresh: _['inc']?.(2) }), { fresh: 2 }],
  ['mul', _ => ({ n: _['mul']?.(2) }), { n: 10 }],
  ['min', _ => ({ n: _['min']?.(3) }), { n: 3 }],
  ['max', _ => ({ n: _['max']?.(9) }), { n: 9 }],
  ['set replaces a nested object whole', _ => ({ nested: _['set']?.({ z: 1 }) }), { nested: { z: 1 } }],
  ['remove', _ => ({ n: _['remove']?.() }), { n: undefined }],
  ['remove of a nested field', _ => ({ nested: { x: _['remove']?.() } }), { nested: { y: 2 } }],
  ['push of one', _ => ({ list: _['push']?.(3) }), { list: [1, 2, 3] }],
  ['push of several', _ => ({ list: _['push']?.([3, 4]) }), { list: [1, 2, 3, 4] }],
  ['push that keeps the last', _ => ({ list: _['push']?.({ each: [3, 4], slice: -3 }) }), { list: [2, 3, 4] }],
  ['push into a missing list', _ => ({ fresh: _['push']?.([1]) }), { fresh: [1] }],
  ['unshift', _ => ({ list: _['unshift']?.([0]) }), { list: [0, 1, 2] }],
  ['pop', _ => ({ list: _['pop']?.() }), { list: [1] }],
  ['shift', _ => ({ list: _['shift']?.() }), { list: [2] }],
  ['pull', _ => ({ list: _['pull']?.(1) }), { list: [2] }],
  ['addToSet of what is there', _ => ({ list: _['addToSet']?.(2), n: 6 }), { n: 6 }],
  ['a dotted path', () => ({ 'nested.x': 7 }), { nested: { x: 7, y: 2 } }],
  ['several at once', _ => ({ n: _['inc']?.(1), list: _['push']?.(3), a: 1 }), { n: 6, list: [1, 2, 3], a: 1 }],
]

export function declareCommandTests(database: () => Database): void {
  const commands = () => database().command as unknown as Commands

  describe('a condition', () => {
    it.each(CONDITIONS)('%s', async (_, condition, expected) => {
      const collection = await collectionWith(database(), DOCUMENTS)
      const found = await collection.where(condition(commands())).orderBy('_id', 'asc').get()
      expect(found.data.map(({ _id }) => _id)).toEqual(expected)
    })
  })

  describe('a regular expression', () => {
    it.each<[string, string | undefined, string[]]>([
      ['^T', 'i', ['d3']],
      ['^T', undefined, []],
      ['e$', undefined, ['d1', 'd3']],
    ])('%s, options %s', async (regexp, options, expected) => {
      const collection = await collectionWith(database(), DOCUMENTS)
      const name = database().RegExp({ regexp, ...(options !== undefined && { options }) })
      const found = await collection.where({ name }).orderBy('_id', 'asc').get()
      expect(found.data.map(({ _id }) => _id)).toEqual(expected)
      const either = commands()['or']?.({ name }, { n: 2 }) ?? {}
      const others = await collection.where(either).orderBy('_id', 'asc').get()
      expect(others.data.map(({ _id }) => _id)).toEqual([...expected, 'd2'].sort())
    })

    it('is refused when it is empty', () => {
      expect(() => database().RegExp({ regexp: '' })).toThrow(TypeError)
    })
  })

  describe('a change', () => {
    it.each(CHANGES)('%s', async (_, change, expected) => {
      const before = { _id: 'a', n: 5, list: [1, 2], nested: { x: 1, y: 2 } }
      const collection = await collectionWith(database(), [before])
      const answer = await collection.doc('a').update({ data: change(commands()) })
      expect(answer.stats).toEqual({ updated: 1 })
      expect((await collection.doc('a').get()).data).toEqual({ ...before, ...expected })
    })

    it('is refused inside set', async () => {
      const collection = await collectionWith(database(), [{ _id: 'a', n: 1 }])
      const work = collection.doc('a').set({ data: { n: commands()['inc']?.(1) } })
      await expect(work).rejects.toMatchObject({ errCode: -502001 })
      expect((await collection.doc('a').get()).data).toEqual({ _id: 'a', n: 1 })
    })
  })
}
