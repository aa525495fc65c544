import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { buildFunctions } from './build/functions'
import { replaceFile } from './build/replaceFile'

const root = join(__dirname, '..')

/** Builds the cloud functions, and the launcher that the local runtime starts them with, into `dist`. Returns the table of sizes. */
export async function buildAll(): Promise<string> {
  const table = await buildFunctions(root, join(root, 'dist/cloudfunctions'))
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ['local/runtime/instance.ts'],
    bundle: true,
    platform: 'node',
    target: 'node18.15',
    format: 'cjs',
    write: false,
  })
  mkdirSync(join(root, 'dist/local'), { recursive: true })
  replaceFile(join(root, 'dist/local/instance.js'), outputFiles[0]?.text ?? '')
  return table
}

if (require.main === module) {
  buildAll().then(console.log, (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
}
