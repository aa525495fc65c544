import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { buildFunctions } from './build/functions'

const root = join(__dirname, '..')

/** Builds the cloud functions, and the launcher that the local runtime starts them with, into `dist`. Returns the table of sizes. */
export async function buildAll(): Promise<string> {
  const table = await buildFunctions(root, join(root, 'dist/cloudfunctions'))
  buildSync({
    absWorkingDir: root,
    entryPoints: ['local/runtime/instance.ts'],
    outfile: 'dist/local/instance.js',
    bundle: true,
    platform: 'node',
    target: 'node18.15',
    format: 'cjs',
  })
  return table
}

if (require.main === module) {
  buildAll().then(console.log, (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
}
