import type WxServerSdk from 'wx-server-sdk'
import type { Environment } from '../call'

export type Sdk = typeof WxServerSdk

let loaded: Sdk | undefined

/**
 * wx-server-sdk, loaded and initialised on first use: most functions answer without it, and it is most of a bundle.
 * Throws NOT_CONFIGURED without the platform's credentials, where the SDK itself would end the process by an unhandled
 * rejection.
 */
export function cloudSdk(environment: Environment): Sdk {
  environment.need('TENCENTCLOUD_SECRETID')
  environment.need('TENCENTCLOUD_SECRETKEY')
  if (loaded) return loaded
  const sdk: Sdk = require('wx-server-sdk')
  // The shipped types want a string here and do not know the SDK's own constant.
  sdk.init({ env: sdk.DYNAMIC_CURRENT_ENV as unknown as string })
  loaded = sdk
  return sdk
}
