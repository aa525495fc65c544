/**
 * The platform's error code on what wx-server-sdk throws, for example -604101; undefined when it has none.
 * `instanceof` says nothing here: the SDK's classes lose their names when a bundle is minified.
 */
export function sdkErrorCode(error: unknown): number | undefined {
  const code = property(error, 'errCode')
  return typeof code === 'number' ? code : undefined
}

/** The upstream's own words in what the SDK throws, without the SDK's prefix `openapi.x.y:fail `. */
export function sdkErrorMessage(error: unknown): string {
  const message = property(error, 'errMsg')
  return typeof message === 'string' ? message.replace(/^[\w.]+:fail\s*/, '') : ''
}

function property(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[key] : undefined
}
