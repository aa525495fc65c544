import { cloudSdkError } from './errors'

/** Answers one API: gets the parameters as they travel (snake_case), gives the answer as it travels: JSON or its text. */
export type OpenapiHandler = (parameters: Record<string, unknown>) => unknown

type Invoke = (api: string, parameters: unknown) => Promise<unknown>

/** `openapi.<group>.<name>(…)` for any names: a tree without leaves of its own, as the SDK's Proxy. */
export function openapiTree(invoke: Invoke, path: string[] = []): unknown {
  return new Proxy(() => {}, {
    get: (_, name) => (typeof name === 'symbol' ? undefined : openapiTree(invoke, [...path, name])),
    apply: (_, __, [parameters]) => invoke(path.join('.'), parameters),
  })
}

/** One call, as the SDK and the platform behind it treat it. */
export async function callOpenapi(
  api: string,
  parameters: unknown,
  handlers: ReadonlyMap<string, OpenapiHandler>,
): Promise<unknown> {
  const display = `openapi.${api}`
  const sent = JSON.parse(JSON.stringify(renamed(parameters ?? {}, snakeCase)))
  const handler = handlers.get(api)
  if (!handler) throw cloudSdkError(-604101, 'system error: error code: -604101')
  const answer = parse(await handler(sent), display)
  if (answer['errcode']) throw cloudSdkError(Number(answer['errcode']), `${display}:fail ${answer['errmsg']}`)
  const { errcode: _, errmsg: __, ...data } = answer
  return { ...(renamed(data, camelCase) as object), errMsg: `${display}:ok`, errCode: 0 }
}

function parse(answer: unknown, display: string): Record<string, unknown> {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  try {
    return JSON.parse(text, (_, value) => (isLong(value) ? ruined(value) : value))
  } catch {
    const detail = `wechat server internal error, response body is invalid json: ${text}`
    throw cloudSdkError(-601001, `${display}:fail ${detail}`)
  }
}

function isLong(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && String(value).length > 15
}

/** The SDK reads a long number as a BigNumber, and its case converter then takes the number's methods away. */
function ruined(value: number): object {
  const digits = BigInt(Math.abs(value)).toString()
  return { s: Math.sign(value), e: digits.length - 1, c: digits.match(/.{1,14}/g)?.map(Number) }
}

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map(item => renamed(item, rename))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), renamed(item, rename)]))
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter, at) => `${at ? '_' : ''}${letter.toLowerCase()}`)
}

function camelCase(key: string): string {
  return key.replace(/_[a-z]/g, pair => pair.charAt(1).toUpperCase())
}
