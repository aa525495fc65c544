import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startTestGateway, type TestGateway } from './testing/gateway'
import { type Collection, type Database, openSdk, type Sdk } from './testing/sdk'

const NOW = Date.UTC(2026, 0, 2)

let gateway: TestGateway
let cloud: Sdk
let db: Database
let collections = 0

beforeAll(async () => {
  gateway = await startTestGateway({
    now: () => NOW,
    invoke: async (name, event, session) => {
      if (name === 'echo') return JSON.stringify({ event: JSON.parse(event), caller: session.functionName })
      throw new Error(`FunctionName parameter could not be found: ${name}`)
    },
  })
  asInvocationOf('reader')
  cloud = openSdk(gateway)
  db = cloud.database()
})

afterAll(() => gateway.close())

function asInvocationOf(functionName: string): void {
  process.env['WX_API_TOKEN'] = gateway.sessions.issue({ functionName, source: 'wx_client' })
}

/** A new collection with these documents. */
async function collectionOf(...documents: object[]): Promise<Collection> {
  collections += 1
  const name = `c${collections}`
  await db.createCollection(name)
  if (documents.length > 0) await db.collection(name).add({ data: documents })
  return db.collection(name)
}

describe('openapi', () => {
  test('a quota is read', async () => {
    await expect(cloud.openapi.logistics.getQuota({ deliveryId: 'YTO', bizId: 'xyz' })).resolves.toEqual({
      quotaNum: 210,
      errMsg: 'openapi.logistics.getQuota:ok',
      errCode: 0,
    })
  })

  test('a GET API is called with no body', async () => {
    await expect(cloud.openapi.logistics.getAllAccount({})).resolves.toMatchObject({ count: 0, list: [] })
    expect(gateway.wechat.asked.at(-1)).toMatchObject({ body: '' })
  })

  test('an error of the API keeps its code', async () => {
    await expect(cloud.openapi.logistics.getQuota({ deliveryId: 'YTO', bizId: 'bad' })).rejects.toMatchObject({
      errCode: 9300501,
      errMsg: 'openapi.logistics.getQuota:fail delivery logic fail rid: local',
    })
  })

  test('a function whose config.json does not declare the API is told -604101', async () => {
    asInvocationOf('stranger')
    const call = cloud.openapi.logistics.getQuota({ deliveryId: 'YTO', bizId: 'xyz' })
    await expect(call).rejects.toMatchObject({ errCode: -604101 })
    asInvocationOf('reader')
  })

  test('an API that the gateway does not know is told -604100', async () => {
    await expect(cloud.openapi.logistics.getPath({})).rejects.toMatchObject({ errCode: -604100 })
  })

  test('a token that no invocation holds is refused', async () => {
    process.env['WX_API_TOKEN'] = 'forged'
    const call = cloud.openapi.logistics.getQuota({ deliveryId: 'YTO', bizId: 'xyz' })
    await expect(call).rejects.toMatchObject({ errCode: -501008 })
    await expect(db.collection('any').get()).rejects.toMatchObject({ errCode: -501008 })
    asInvocationOf('reader')
  })
})

describe('database', () => {
  test('a document comes back as it was added, with the server date resolved', async () => {
    const collection = await collectionOf()
    const at = new Date(1_700_000_000_000)
    const data = {
      n: 1,
      rate: 1.5,
      big: 1_700_000_000_000,
      at,
      none: null,
      list: [1, { a: 'x' }],
      when: db.serverDate(),
    }
    const { _id } = await collection.add({ data })
    const { data: found } = await collection.doc(_id).get()
    expect(found).toEqual({ ...data, when: new Date(NOW), _id })
  })

  test('where, orderBy, skip, limit and field select', async () => {
    const collection = await collectionOf(...[5, 3, 8, 1, 9].map(n => ({ n, name: `m${n}` })))
    const { data } = await collection
      .where({ n: db.command.gte(3) })
      .orderBy('n', 'desc')
      .skip(1)
      .limit(2)
      .field({ n: true, _id: false })
      .get()
    expect(data).toEqual([{ n: 8 }, { n: 5 }])
    await expect(collection.where({ n: db.command.in([1, 9, 10]) }).count()).resolves.toMatchObject({ total: 2 })
    await expect(
      collection.where({ name: db.RegExp({ regexp: '^M[13]$', options: 'i' }) }).count(),
    ).resolves.toMatchObject({
      total: 2,
    })
  })

  test('100 documents come without a limit and 1000 at most with one', async () => {
    const collection = await collectionOf(...Array.from({ length: 1001 }, (_, n) => ({ n })))
    expect((await collection.get()).data).toHaveLength(100)
    expect((await collection.limit(5000).get()).data).toHaveLength(1000)
  })

  test('update operators change documents', async () => {
    const collection = await collectionOf({ _id: 'a', n: 1, tags: ['x'], nested: { a: 1 }, old: true })
    const _ = db.command
    const change = { n: _.inc(3), tags: _.push(['y', 'z']), nested: { b: 2 }, old: _.remove() }
    await expect(collection.where({ n: 1 }).update({ data: change })).resolves.toMatchObject({ stats: { updated: 1 } })
    expect((await collection.doc('a').get()).data).toEqual({
      _id: 'a',
      n: 4,
      tags: ['x', 'y', 'z'],
      nested: { a: 1, b: 2 },
    })
  })

  test('a field inside null cannot be created, as on the platform', async () => {
    const collection = await collectionOf({ _id: 'a', nested: null })
    const update = collection.doc('a').update({ data: { nested: { b: 2 } } })
    await expect(update).rejects.toThrow("Cannot create field 'b' in element {nested: null}")
  })

  test('a missing document rejects, a missing collection is -502005', async () => {
    const collection = await collectionOf()
    await expect(collection.doc('missing').get()).rejects.toMatchObject({ errCode: -1 })
    await expect(db.collection('nowhere').get()).rejects.toMatchObject({ errCode: -502005 })
  })

  test('an _id that is taken is -502001 E11000', async () => {
    const collection = await collectionOf({ _id: 'a' })
    const add = collection.add({ data: { _id: 'a' } })
    await expect(add).rejects.toMatchObject({ errCode: -502001, errMsg: expect.stringContaining('E11000') })
  })

  test('set creates and then replaces, remove removes', async () => {
    const collection = await collectionOf()
    await expect(collection.doc('a').set({ data: { n: 1 } })).resolves.toMatchObject({
      stats: { created: 1, updated: 0 },
    })
    await expect(collection.doc('a').set({ data: { m: 2 } })).resolves.toMatchObject({
      stats: { created: 0, updated: 1 },
    })
    expect((await collection.doc('a').get()).data).toEqual({ _id: 'a', m: 2 })
    await expect(collection.doc('a').remove()).resolves.toMatchObject({ stats: { removed: 1 } })
    await expect(collection.count()).resolves.toMatchObject({ total: 0 })
  })

  test('an aggregation matches by date and groups', async () => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day))
    const collection = await collectionOf(
      { k: 'a', n: 1, at: at(1) },
      { k: 'a', n: 2, at: at(2) },
      { k: 'b', n: 4, at: at(3) },
    )
    const $ = db.command.aggregate
    const { list } = await collection
      .aggregate()
      .match({ at: db.command.gte(at(2)) })
      .group({ _id: '$k', sum: $.sum('$n') })
      .sort({ _id: 1 })
      .limit(10)
      .end()
    expect(list).toEqual([
      { _id: 'a', sum: 2 },
      { _id: 'b', sum: 4 },
    ])
  })

  test('of 20 compare-and-set updates at once exactly one wins', async () => {
    const collection = await collectionOf({ _id: 'a', version: 1 })
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, owner) =>
        collection.where({ _id: 'a', version: 1 }).update({ data: { version: db.command.inc(1), owner } }),
      ),
    )
    expect(results.filter(({ stats }) => stats.updated === 1)).toHaveLength(1)
    expect((await collection.doc('a').get()).data['version']).toBe(2)
  })
})

describe('transactions', () => {
  test('a commit shows everything at once', async () => {
    const collection = await collectionOf({ _id: 'a', n: 1 })
    const name = `c${collections}`
    await db.runTransaction(async transaction => {
      const { data } = await transaction.collection(name).doc('a').get()
      await transaction
        .collection(name)
        .doc('a')
        .update({ data: { n: Number(data['n']) + 1 } })
      await transaction.collection(name).add({ data: { _id: 'b' } })
      expect((await collection.get()).data).toEqual([{ _id: 'a', n: 1 }])
    })
    expect((await collection.get()).data).toEqual([{ _id: 'a', n: 2 }, { _id: 'b' }])
  })

  test('a rollback leaves nothing', async () => {
    const collection = await collectionOf({ _id: 'a', n: 1 })
    const name = `c${collections}`
    const run = db.runTransaction(async transaction => {
      await transaction
        .collection(name)
        .doc('a')
        .update({ data: { n: 9 } })
      await transaction.rollback('changed my mind')
    })
    await expect(run).rejects.toBe('changed my mind')
    expect((await collection.doc('a').get()).data).toEqual({ _id: 'a', n: 1 })
  })

  test('a conflict makes the SDK run the transaction again', async () => {
    const collection = await collectionOf({ _id: 'a', n: 1 })
    const name = `c${collections}`
    let runs = 0
    await db.runTransaction(async transaction => {
      runs += 1
      const { data } = await transaction.collection(name).doc('a').get()
      if (runs === 1) await collection.doc('a').update({ data: { n: 10 } })
      await transaction
        .collection(name)
        .doc('a')
        .update({ data: { n: Number(data['n']) + 1 } })
    })
    expect(runs).toBe(2)
    expect((await collection.doc('a').get()).data['n']).toBe(11)
  })

  test('of two that change one document the second to commit is refused', async () => {
    const collection = await collectionOf({ _id: 'a', n: 1 })
    const name = `c${collections}`
    const [first, second] = [await db.startTransaction(), await db.startTransaction()]
    await first
      .collection(name)
      .doc('a')
      .update({ data: { n: 2 } })
    await second
      .collection(name)
      .doc('a')
      .update({ data: { n: 3 } })
    await first.commit()
    await expect(second.commit()).rejects.toMatchObject({ code: 'DATABASE_TRANSACTION_CONFLICT' })
    expect((await collection.doc('a').get()).data['n']).toBe(2)
  })
})

describe('functions and files', () => {
  test('another function answers, or its failure is told', async () => {
    const answer = await cloud.callFunction({ name: 'echo', data: { a: [1] } })
    expect(answer.result).toEqual({ event: { a: [1] }, caller: 'reader' })
    await expect(cloud.callFunction({ name: 'nobody' })).rejects.toMatchObject({
      code: 'FUNCTIONS_EXECUTE_FAIL',
      message: expect.stringContaining('FunctionName parameter could not be found: nobody'),
    })
  })

  test('a file goes up, has a URL, comes down and is deleted', async () => {
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255])
    const { fileID } = await cloud.uploadFile({ cloudPath: '目录/报表.bin', fileContent: bytes })
    const { fileList } = await cloud.getTempFileURL({ fileList: [{ fileID, maxAge: 60 }] })
    expect(fileList[0]).toMatchObject({ status: 0, maxAge: 60 })
    expect(Buffer.from(await (await fetch(fileList[0]?.tempFileURL ?? '')).arrayBuffer())).toEqual(bytes)
    expect((await cloud.downloadFile({ fileID })).fileContent).toEqual(bytes)
    expect((await cloud.deleteFile({ fileList: [fileID] })).fileList[0]).toMatchObject({ status: 0 })
    await expect(cloud.downloadFile({ fileID })).rejects.toBeInstanceOf(Error)
  })
})
