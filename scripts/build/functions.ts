import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { budgetFor, overBudget, weigh, weightTable } from './budget'
import { comparePermissions, readConfiguration } from './configuration'
import { deferPackages } from './deferPackages'
import { replaceFile } from './replaceFile'
import { trimTencentSdk } from './tencentSdk'
import { trimWxServerSdk } from './wxServerSdk'

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node18.15',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
}

/**
 * Builds every folder of `cloudfunctions` that has an index.ts into one self-contained CommonJS file each, with its
 * config.json and a package.json without dependencies. Returns the table of weights; throws it when one is over its
 * budget.
 */
export async function buildFunctions(root: string, outDirectory: string): Promise<string> {
  const source = join(root, 'cloudfunctions')
  const names = readdirSync(source).sort()
  removeOthers(outDirectory, names)
  const rows = await Promise.all(names.map(name => buildFunction(root, name, join(outDirectory, name))))
  const table = weightTable(rows)
  if (rows.some(({ weight, budget }) => overBudget(weight, budget)))
    throw new Error(`a bundle is over its budget\n${table}`)
  return table
}

async function buildFunction(root: string, name: string, outDirectory: string) {
  const configurationPath = join(root, 'cloudfunctions', name, 'config.json')
  const configuration = readConfiguration(configurationPath)
  const makesCloudCalls = configuration.permissions.openapi.length > 0
  const { outputFiles, metafile } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: [`cloudfunctions/${name}/index.ts`],
    // Mangled names would make stack traces useless, and V8 loads such a file no faster.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [
      deferPackages([makesCloudCalls ? '@cloudbase/database' : 'wx-server-sdk'], {
        ...COMMON,
        absWorkingDir: root,
        minify: true,
        plugins: trimWxServerSdk(),
      }),
      ...trimWxServerSdk(),
      ...trimTencentSdk(root),
    ],
    metafile: true,
    write: false,
  })
  const code = outputFiles[0]?.text ?? ''
  const own = Object.keys(metafile.inputs).filter(path => /^(shared|cloudfunctions)\//.test(path))
  comparePermissions(
    name,
    configuration,
    own.map(path => readFileSync(join(root, path), 'utf8')),
  )
  mkdirSync(outDirectory, { recursive: true })
  replaceFile(join(outDirectory, 'index.js'), code)
  replaceFile(join(outDirectory, 'config.json'), readFileSync(configurationPath, 'utf8'))
  const manifest = { name, version: '1.0.0', private: true, main: 'index.js' }
  replaceFile(join(outDirectory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return { weight: weigh(name, code, metafile), budget: budgetFor(name, makesCloudCalls) }
}

/** Takes away functions that are no longer there; the others stay in place while they are replaced, they may be running. */
function removeOthers(directory: string, names: string[]): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory)) {
    if (!names.includes(name)) rmSync(join(directory, name), { recursive: true })
  }
}
