import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'
import { replaceModules, unreached } from './replaceModules'

/**
 * What wx-server-sdk loads at start and no cloud call, database call or function call ever reaches: AI, data models,
 * uploads' XML, proxies, and the metadata probe outside the cloud.
 */
const UNREACHED = [
  '@cloudbase/ai',
  '@cloudbase/app',
  '@cloudbase/wx-cloud-client-sdk',
  'axios',
  'http-proxy-agent',
  'https-proxy-agent',
  'jsonwebtoken',
  'web-streams-polyfill',
  'xml2js',
]

/** Leaves out of wx-server-sdk what the functions never reach. */
export function trimWxServerSdk(): Plugin[] {
  return [
    replaceModules({
      name: 'trim-wx-server-sdk',
      importer: /node_modules\/@cloudbase\/node-sdk\//,
      modules: Object.fromEntries(UNREACHED.map(module => [module, unreached(module)])),
    }),
    replaceModules({
      name: 'trim-file-types',
      importer: /node_modules\/(wx-server-sdk|mime-types)\//,
      // 134 KB of file types, for uploads.
      modules: { 'mime-db': 'module.exports = {}' },
    }),
    versionOfNodeSdk,
  ]
}

/** It looks for its package.json beside the bundle, in vain, and the User-Agent loses the version. */
const versionOfNodeSdk: Plugin = {
  name: 'version-of-node-sdk',
  setup({ onLoad }) {
    onLoad({ filter: /@cloudbase\/node-sdk\/dist\/utils\/version\.js$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path.replace(/dist\/utils\/version\.js$/, 'package.json'), 'utf8'))
      return { contents: `exports.version = ${JSON.stringify(version)}` }
    })
  },
}
