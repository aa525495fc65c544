import type WxServerSdk from 'wx-server-sdk'
import { CallError, type Environment, text } from '../call'

export type Sdk = typeof WxServerSdk

let loaded: Sdk | undefined

/**
 * wx-server-sdk, loaded and initialised on first use: most functions answer without it, and it is most of a bundle.
 * Throws NOT_CONFIGURED without the platform's credentials, where the SDK itself would end the process by an unhandled
 * rejection.
 */
export function cloudSdk(environment: Environment): Sdk {
  if (!environment.get('TENCENTCLOUD_SECRETID') || !environment.get('TENCENTCLOUD_SECRETKEY')) throw outsideCloud()
  if (loaded) return loaded
  const sdk: Sdk = require('wx-server-sdk')
  // The shipped types want a string here and do not know the SDK's own constant.
  sdk.init({ env: sdk.DYNAMIC_CURRENT_ENV as unknown as string })
  loaded = sdk
  return sdk
}

/** The platform sets these variables; nobody does it by hand. */
function outsideCloud(): CallError {
  return new CallError(
    'NOT_CONFIGURED',
    text(
      '函数没有运行在云环境中，或者失去了平台的身份（缺少 TENCENTCLOUD_SECRETID、TENCENTCLOUD_SECRETKEY）。请重新部署。',
      "The function does not run in the cloud environment, or has lost the platform's credentials (TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY). Deploy it again.",
    ),
  )
}
