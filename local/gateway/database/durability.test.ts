import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { temporaryDirectory } from '../testing'
import { openDatabase } from './index'

const ENOUGH = 300

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

test('kill -9 loses nothing that was acknowledged, and no write is there by half', async () => {
  const directory = temporaryDirectory()
  try {
    const writer = spawn(process.execPath, ['--import', 'tsx', '--eval', WRITER, directory.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
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
