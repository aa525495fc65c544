import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = 4096
/** Where things stand in each of the two meta pages, as lmdb 3 writes them. */
const MAGIC_AT = 24
const FREE_ROOT_AT = 88
const MAIN_ROOT_AT = 136
const LAST_PAGE_AT = 144
const TRANSACTION_AT = 152
const MAGIC = 0xbeefc0de
/** The root of an empty tree. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn

/** Opens the database and reads it through. */
const READ_THROUGH = `
  const root = require(process.argv[1]).open({ path: process.argv[2], noSubdir: false, maxDbs: 4, readOnly: true })
  for (const name of [...root.getKeys()]) for (const each of root.openDB({ name, encoding: 'binary' }).getRange());
`

/** Throws for a database that is damaged: lmdb maps the file into memory, and a wrong one kills the process. */
export function checkIntact(directory: string): void {
  const file = join(directory, 'data.mdb')
  if (!existsSync(file)) return
  const bytes = readFileSync(file)
  if (bytes.length === 0 || isIntact(bytes, directory)) return
  throw new Error(`The database in ${directory} is damaged. Move ${file} away to start with an empty one.`)
}

function isIntact(bytes: Buffer, directory: string): boolean {
  if (bytes.length < 2 * PAGE) return false
  const metas = [bytes.subarray(0, PAGE), bytes.subarray(PAGE, 2 * PAGE)] as const
  if (metas.some(meta => meta.readUInt32LE(MAGIC_AT) !== MAGIC)) return false
  const [first, second] = metas
  const newest = first.readBigUInt64LE(TRANSACTION_AT) > second.readBigUInt64LE(TRANSACTION_AT) ? first : second
  const holds = (page: bigint) => page === NO_PAGE || (page + 1n) * BigInt(PAGE) <= bytes.length
  if (holds(newest.readBigUInt64LE(LAST_PAGE_AT))) return true
  if (![FREE_ROOT_AT, MAIN_ROOT_AT].every(at => holds(newest.readBigUInt64LE(at)))) return false
  // A good file, too, may end before its last page when that is a free one. Only reading tells; another process does.
  const reader = spawnSync(process.execPath, ['--eval', READ_THROUGH, require.resolve('lmdb'), directory])
  return reader.status === 0
}
