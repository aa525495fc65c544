import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { temporaryDirectory } from '../testing/gateway'
import { openDatabase } from './index'

const ENOUGH = 300
const TURNS = 100

/** Writes pairs, then changes the first of each, for ever; says each number once it is acknowledged. */
const WRITER = `
  const { writeSync } = require('node:fs')
  const { openDatabase } = require(${JSON.stringify(join(__dirname, 'index.ts'))})
  const database = openDatabase({ directory: process.argv[1], now: Date.now })
  database.addCollection('c')
  for (let n = 0; ; n++) {
    database.insert({ collection: 'c', documents: [{ _id: 'a' + n, n: 0 }, { _id: 'b' + n }] })
    const change = { query: { _id: 'a' + n }, data: { $set: { n } }, multi: false, merge: true, upsert: false }
    database.update({ collection: 'c', ...change })
    writeSync(1, n + '\\n')
  }
`

/** Takes part in the race below: says `ready`, waits for a line, counts up, says `done`. */
const RIVAL = `
  const { openDatabase } = require(${JSON.stringify(join(__dirname, 'index.ts'))})
  const database = openDatabase({ directory: process.argv[1], now: Date.now })
  console.log('ready')
  process.stdin.once('data', () => {
    for (let turn = 0; turn < ${TURNS}; turn++) {
      database.insert({ collection: 'c', documents: [{ _id: 'theirs' + turn }] })
      const change = { query: { _id: 'counter' }, data: { $inc: { n: 1 } }, multi: true, merge: true, upsert: false }
      database.update({ collection: 'c', ...change })
    }
    process.exit()
  })
`

function run(script: string, directory: string) {
  return spawn(process.execPath, ['--import', 'tsx', '--eval', script, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

test('kill -9 loses nothing that was acknowledged, and no write is there by half', async () => {
  const directory = temporaryDirectory()
  try {
    const writer = run(WRITER, directory.path)
    let said = ''
    for await (const chunk of writer.stdout) {
      said += chunk
      if (said.split('\n').length > ENOUGH) writer.kill('SIGKILL')
    }
    if (writer.signalCode === null && writer.exitCode === null) await once(writer, 'exit')
    expect(writer.signalCode).toBe('SIGKILL')

    const acknowledged = said.split('\n').slice(0, -1).map(Number)
    expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH)
    const database = openDatabase({ directory: directory.path, now: Date.now })
    const find = (_id: string) => database.find({ collection: 'c', query: { _id } }).documents[0]
    for (const n of acknowledged) {
      expect(find(`a${n}`)).toEqual({ _id: `a${n}`, n })
      expect(find(`b${n}`)).toEqual({ _id: `b${n}` })
    }
    const [first, second] = ['a', 'b'].map(letter =>
      database.count({ collection: 'c', query: { _id: { $regex: `^${letter}` } } }),
    )
    expect(first).toBe(second)
    await database.close()
  } finally {
    directory.remove()
  }
}, 30_000)

test('two processes on one folder see and never overwrite each other', async () => {
  const directory = temporaryDirectory()
  const database = openDatabase({ directory: directory.path, now: Date.now })
  const increment = (transaction?: string) =>
    database.update({
      collection: 'c',
      query: { _id: 'counter' },
      data: { $inc: { n: 1 } },
      multi: true,
      merge: true,
      upsert: false,
      transaction,
    })
  try {
    database.addCollection('c')
    database.insert({ collection: 'c', documents: [{ _id: 'counter', n: 0 }] })
    const rival = run(RIVAL, directory.path)
    await once(rival.stdout, 'data')
    const transaction = database.startTransaction()
    increment(transaction)
    const ended = once(rival, 'exit')
    rival.stdin.write('go\n')
    for (let turn = 0; turn < TURNS; turn++) {
      database.insert({ collection: 'c', documents: [{ _id: `ours${turn}` }] })
      increment()
      await new Promise(setImmediate)
    }
    expect(await ended).toEqual([0, null])
    const { documents } = database.find({ collection: 'c', limit: 1000 })
    expect(documents[0]).toEqual({ _id: 'counter', n: 2 * TURNS })
    expect(new Set(documents.map(({ _id }) => _id)).size).toBe(1 + 2 * TURNS)
    expect(() => database.commitTransaction(transaction)).toThrow(
      expect.objectContaining({ code: 'DATABASE_TRANSACTION_CONFLICT' }),
    )
  } finally {
    await database.close()
    directory.remove()
  }
}, 30_000)
