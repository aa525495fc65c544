import { createRequire } from 'node:module'
import { deflateRawSync } from 'node:zlib'
import { type BuildOptions, build, type Plugin } from 'esbuild'

/**
 * Keeps these packages in the bundle as deflated text that is compiled on first use. V8 looks through every function of a
 * file it loads, but not into a string: what most invocations never need then costs their cold start next to nothing.
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
        const packed = deflateRawSync(outputFiles[0]?.contents ?? '', { level: 9 }).toString('base64')
        return { contents: lazyModule(packed), resolveDir: process.cwd() }
      })
    },
  }
}

function lazyModule(packed: string): string {
  return `
    const parameters = ['module', 'exports', 'require']
    let loaded
    function load() {
      if (loaded === undefined) {
        const deferred = { exports: {} }
        const text = require('node:zlib').inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8')
        const compiled = require('node:vm').compileFunction(text, parameters, { filename: __filename + '#deferred' })
        compiled(deferred, deferred.exports, require)
        loaded = deferred.exports
      }
      return loaded
    }
    const packed = ${JSON.stringify(packed)}
    module.exports = new Proxy({}, {
      get: (_, key) => (key === '__esModule' ? true : load()[key]),
      set: (_, key, value) => Reflect.set(load(), key, value),
    })`
}
