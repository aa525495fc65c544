import { board } from './bench/board'
import { coldStart } from './bench/coldStart'
import { type Figure, isMissed, report } from './bench/figures'
import { manyMembers, manyRecords } from './bench/scale'
import { shards } from './bench/shards'
import { sweep } from './bench/sweep'
import { warm } from './bench/warm'
import { buildAll } from './build'

const BENCHES: Record<string, () => Promise<Figure[]>> = {
  coldStart,
  warm,
  manyMembers,
  manyRecords,
  sweep,
  shards,
  board,
}

/** `npm run bench`, or `npm run bench -- NAME …`: measures, and prints each figure beside its limit. */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2)
  const unknown = wanted.filter(name => !(name in BENCHES))
  if (unknown.length > 0)
    throw new Error(`No bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`)
  console.log(await buildAll())
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    console.error(`\n${name} …`)
    const figures = await bench()
    console.log(report(figures))
    if (figures.some(isMissed)) process.exitCode = 1
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
