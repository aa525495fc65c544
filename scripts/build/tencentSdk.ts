import type { Plugin } from 'esbuild'
import { lazily, replaceModules, unreached } from './replaceModules'

/**
 * Leaves out of tencentcloud-sdk-nodejs what the functions never reach: multipart bodies, event streams, proxies, BigInt
 * in requests, and an own URL parser where Node has one. That is 490 of 546 KB.
 */
export function trimTencentSdk(): Plugin[] {
  return [
    // It loads TLS and compression before it knows whether it will meet them.
    replaceModules({
      name: 'lazy-in-node-fetch',
      importer: /node_modules\/node-fetch\//,
      modules: { https: lazily('node:https'), zlib: lazily('node:zlib') },
    }),
    replaceModules({
      name: 'trim-tencent-sdk',
      importer: /node_modules\/(tencentcloud-sdk-nodejs|node-fetch)\//,
      modules: {
        './sse_response_model': unreached('sse_response_model'),
        'form-data': unreached('form-data'),
        'https-proxy-agent': unreached('https-proxy-agent'),
        'json-bigint': 'module.exports = () => JSON',
        uuid: `exports.v4 = require('node:crypto').randomUUID`,
        'whatwg-url': unreached('whatwg-url'),
      },
    }),
  ]
}
