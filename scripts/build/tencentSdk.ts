import type { Plugin } from 'esbuild'
import { replaceModules, unreached } from './replaceModules'

/**
 * Leaves out of tencentcloud-sdk-nodejs what the functions never reach: multipart bodies, event streams, proxies, BigInt
 * in requests, and an own URL parser where Node has one. That is 490 of 546 KB.
 */
export function trimTencentSdk(): Plugin[] {
  return [
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
