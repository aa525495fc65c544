import { createRequire } from 'node:module'
import { type BuildOptions, build, type Plugin } from 'esbuild'

/**
 * Keeps these packages in the bundle as text that is compiled on first use. V8 looks through every function of a file it
 * loads, but not into a string: what most invocations never need then costs their cold start next to nothing.
 */
export function deferPackages(packages: string[], options: BuildOptions): Plugin {
  return {
    name: 'defer-packages',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path, resolveDir }) => {
        return { path: createRequire(`${resolveDir}/`).resolve(path), namespace: 'deferred' }
      })
      onLoad({ filter: /.*/, namespace: 'deferred' }, async ({ path }) => {
        const { outputFiles } = await build({ ...options, entryPoints: [path], bundle: true, write: false })
        return { contents: lazyModule(outputFiles[0]?.text ?? ''), resolveDir: process.cwd() }
      })
    },
  }
}

function lazyModule(code: string): string {
  return `
    const parameters = ['module', 'exports', 'require']
    let loaded
    function load() {
      if (loaded === undefined) {
        const deferred = { exports: {} }
        const compiled = require('node:vm').compileFunction(text, parameters, { filename: __filename + '#deferred' })
        compiled(deferred, deferred.exports, require)
        loaded = deferred.exports
      }
      return loaded
    }
    const text = ${JSON.stringify(code)}
    module.exports = new Proxy({}, {
      get: (_, key) => (key === '__esModule' ? true : load()[key]),
      set: (_, key, value) => Reflect.set(load(), key, value),
    })`
}
