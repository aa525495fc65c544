/** The texts that wx-server-sdk 4.0.2 adds to a code; only those that the mock can meet. */
const TEXTS = new Map([
  [-1, 'unknown error'],
  [-501001, 'resource system error'],
  [-501007, 'invalid parameters'],
  [-502001, 'database request fail'],
  [-502002, 'database invalid command'],
  [-502005, 'database collection not exists'],
  [-601001, 'system error'],
  [-604101, 'function has no permission to call this API'],
])

/** The SDK's numbers for the platform's codes. */
const DATABASE_CODES = new Map([
  ['INVALID_PARAM', -501007],
  ['DATABASE_REQUEST_FAILED', -502001],
  ['DATABASE_INVALID_OPERRATOR', -502002],
  ['DATABASE_COLLECTION_NOT_EXIST', -502005],
])

export interface SdkError extends Error {
  errCode: number
  errMsg: string
}

/** As the SDK's CloudSDKError: what WeChat or a check of the SDK itself refused. */
export function cloudSdkError(errCode: number, errMsg: string): SdkError {
  const message = `errCode: ${errCode} ${TEXTS.get(errCode) ?? ''} | errMsg: ${errMsg}`
  return Object.assign(new Error(message), { errCode, errMsg })
}

/** As the SDK's `toSDKError` for what the platform refused with a code. */
export function platformError(api: string, errCode: number, detail: string): SdkError {
  const errMsg = `${api}:fail ${errCode} ${TEXTS.get(errCode) ?? ''}. ${detail}`
  return Object.assign(new Error(errMsg), { errCode, errMsg })
}

/** As the SDK's `toSDKError` for a plain message. */
export function plainError(api: string, detail: string): SdkError {
  const errMsg = `${api}:fail ${detail}`
  return Object.assign(new Error(errMsg), { errCode: -1, errMsg })
}

/** As the SDK's `toSDKError` for what the database refused with a code of the platform's. */
export function databaseError(api: string, { code, message }: { code: string; message: string }): SdkError {
  return platformError(api, DATABASE_CODES.get(code) ?? -501001, message)
}
