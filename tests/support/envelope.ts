import { expect } from '@jest/globals'
import fc from 'fast-check'
import type { CloudFunction } from '../../shared/function'
import { captureConsole } from './console'

const CODES =
  /^(INVALID_ARGUMENT|PERMISSION_DENIED|NOT_CONFIGURED|NOT_FOUND|NOT_APPLICABLE|RATE_LIMITED|UPSTREAM_REJECTED|UPSTREAM_UNAVAILABLE|UPSTREAM_CHANGED|DEADLINE_EXCEEDED|CONFLICT|INTERNAL)$/

/** Whether it is `{ok: true, data, requestId}` or `{ok: false, error, requestId}`, and survives JSON. */
export function expectEnvelope(result: unknown): void {
  const common = { requestId: expect.stringMatching(/./) }
  const error = {
    code: expect.stringMatching(CODES),
    message: expect.stringMatching(/./),
    retryable: expect.any(Boolean),
  }
  const isOk = (result as { ok?: unknown } | null)?.ok === true
  expect(result).toEqual(
    isOk
      ? { ok: true, data: expect.anything(), ...common }
      : { ok: false, error: expect.objectContaining(error), ...common },
  )
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
}

/**
 * Calls the function with 10,000 arbitrary events, and with objects that hold its keys; each answer must be a
 * well-formed envelope and none INTERNAL. The codes that came. Jest itself fails a test with an unhandled rejection.
 */
export async function callWithAnything(main: CloudFunction<unknown>, keys: string[]): Promise<Set<string>> {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true })
  const value = fc.oneof(anything, fc.string(), fc.constantFrom('YTO', 'xyz', 'x'.repeat(10_001), Number.NaN))
  const known = fc.record(Object.fromEntries(keys.map(key => [key, value])), { requiredKeys: [] })
  const codes = new Set<string>()
  await captureConsole(() =>
    fc.assert(
      fc.asyncProperty(fc.oneof(anything, known, fc.tuple(known, known)), async event => {
        const result = await main(event, { request_id: 'r', time_limit_in_ms: 3000 })
        expectEnvelope(result)
        codes.add(result.ok ? 'OK' : result.error.code)
      }),
      { numRuns: 10_000 },
    ),
  )
  return codes
}
