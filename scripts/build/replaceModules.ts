import type { Plugin } from 'esbuild'

export interface Replacement {
  name: string
  /** Only imports from files whose path matches are replaced. */
  importer: RegExp
  /** Module name → CommonJS source that stands in for it. */
  modules: Record<string, string>
}

/** Bundles a stand-in instead of these modules. */
export function replaceModules({ name, importer, modules }: Replacement): Plugin {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(${Object.keys(modules).join('|')})$`) }, args => {
        return importer.test(args.importer) ? { path: args.path, namespace: name } : undefined
      })
      onLoad({ filter: /.*/, namespace: name }, ({ path }) => ({ contents: modules[path] ?? '' }))
    },
  }
}

/** A stand-in for a module that is loaded but never reached; touching it throws. */
export function unreached(module: string): string {
  return `module.exports = new Proxy({}, { get(_, key) {
    if (key === '__esModule') return true
    throw new Error(${JSON.stringify(`${module} is not part of this bundle`)})
  } })`
}
