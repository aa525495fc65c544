import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { temporaryDirectory } from '../testing/gateway'
import { openDatabase, openStore } from './index'

let directory: ReturnType<typeof temporaryDirectory>
let file: string

beforeEach(() => {
  directory = temporaryDirectory()
  file = join(directory.path, 'data.mdb')
})

afterEach(() => directory.remove())

const open = () => openDatabase({ directory: directory.path, now: Date.now })

/** Adds documents, one commit each. */
async function fill(count: number): Promise<void> {
  const database = open()
  database.addCollection('c')
  for (let n = 0; n < count; n += 1) database.insert({ collection: 'c', documents: [{ n, text: 'x'.repeat(1000) }] })
  await database.close()
}

describe('a damaged database', () => {
  it.each([
    ['a short text', Buffer.from('not a database')],
    ['a long text', Buffer.alloc(20_000, 'not a database ')],
    ['zeros', Buffer.alloc(20_000)],
  ])('that is %s is refused in plain words', (_, bytes) => {
    writeFileSync(file, bytes)

    expect(open).toThrow(`The database in ${directory.path} is damaged. Move ${file} away`)
  })

  it.each([0.1, 0.5, 0.9])('that is cut off at %p of its length is refused', async part => {
    await fill(300)
    truncateSync(file, Math.floor(readFileSync(file).length * part))

    expect(open).toThrow('is damaged')
  })
})

it('an empty file, or none, is a new database', async () => {
  writeFileSync(file, '')

  await open().close()
})

it('a good file that ends before its last, free pages is opened', async () => {
  const store = openStore(directory.path)
  // Pages that are given back in the same commit are counted, but never written.
  for (let n = 0; n < 20; n += 1) {
    store.exclusive(() => {
      store.writeFile('large', Buffer.alloc(100_000))
      store.removeFile('large')
    })
  }
  store.writeFile('small', Buffer.from('kept'))
  await store.close()
  const bytes = readFileSync(file)
  const lastPages = [0, 4096].map(meta => Number(bytes.readBigUInt64LE(meta + 144)))
  expect(bytes.length / 4096).toBeLessThanOrEqual(Math.min(...lastPages))

  const again = openStore(directory.path)
  expect(String(again.readFile('small'))).toBe('kept')
  await again.close()
})
