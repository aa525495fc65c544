import * as v from 'valibot'
import type { Reply, Route } from '../http/server'
import type { Session } from '../sessions'
import type { AccessTokens } from './accessToken'
import { failure, refused, success } from './answer'
import { decodeCommApiData, encodeCommError, encodeCommOpenApiResp, type Pair } from './commMessages'
import { MalformedMessage } from './protobuf'
import { invalid } from './refusal'
import { check, parameters } from './schema'
import type { Upstream } from './upstream'

/** The cloud calls this gateway can make, and the HTTPS APIs they stand for. */
const APIS: Readonly<Record<string, { method: 'GET' | 'POST'; path: string }>> = {
  'logistics.getQuota': { method: 'POST', path: '/cgi-bin/express/business/quota/get' },
  'logistics.getAllAccount': { method: 'GET', path: '/cgi-bin/express/business/account/getall' },
}

/** What WeChat says of a token it no longer takes. */
const STALE_TOKEN: readonly unknown[] = [40001, 40014, 42001]

const NOT_PERMITTED = -604101
const NOT_FOUND = { errcode: -604100, errmsg: 'API not found' }

const OPEN_API = parameters({ apiName: v.string(), requestData: v.custom<Buffer>(Buffer.isBuffer, 'must be octets') })
const LEGACY_API = parameters({
  apiName: v.string(),
  requestData: v.string(),
  cgiName: v.optional(v.literal('commrpcv2')),
})

export interface OpenApiOptions {
  upstream: Upstream
  tokens: AccessTokens
  permissions(functionName: string): readonly string[]
}

/** `cloud.openapi.<api>()`: parameters in a protobuf message, the answer in another. */
export function openApiRoute(options: OpenApiOptions, session: Session, fields: unknown): Route {
  const { apiName: api, requestData } = check(OPEN_API, fields)
  return {
    api,
    answer: async () => {
      try {
        const target = findApi(api)
        if (!target) return messageReply(JSON.stringify(NOT_FOUND))
        if (!permits(options, session, api)) return errorReply(NOT_PERMITTED)
        return messageReply(await call(options, target, readPairs(requestData)))
      } catch (error) {
        return refused(error)
      }
    },
    refuse(code, message) {
      const errcode = Number(code)
      if (Number.isNaN(errcode)) return failure(code, message)
      if (errcode === NOT_PERMITTED) return errorReply(errcode)
      return messageReply(JSON.stringify({ errcode, errmsg: message }))
    },
    hollow: () => messageReply('{}'),
  }
}

/** `cloud.callOpenAPI()`, the older way: the same in JSON. */
export function legacyApiRoute(options: OpenApiOptions, session: Session, fields: unknown): Route {
  const { apiName: api, requestData } = check(LEGACY_API, fields)
  const reply = (responseData: string) => success({ data: { responseData } })
  const refuse = (errcode: number, errmsg: string) => reply(JSON.stringify({ errcode, errmsg }))
  return {
    api,
    answer: async () => {
      try {
        const target = findApi(api)
        if (!target) return reply(JSON.stringify(NOT_FOUND))
        if (!permits(options, session, api)) {
          return refuse(NOT_PERMITTED, 'function has no permission to call this API')
        }
        return reply((await call(options, target, pairsOf(requestData))).toString('utf8'))
      } catch (error) {
        return refused(error)
      }
    },
    refuse: (code, message) => (Number.isNaN(Number(code)) ? failure(code, message) : refuse(Number(code), message)),
    hollow: () => reply('{}'),
  }
}

function findApi(api: string) {
  return Object.hasOwn(APIS, api) ? APIS[api] : undefined
}

function permits({ permissions }: OpenApiOptions, { functionName }: Session, api: string): boolean {
  return permissions(functionName).includes(api)
}

/** The HTTPS API's answer, byte for byte; a token that is no longer taken is replaced once. */
async function call(
  { upstream, tokens }: OpenApiOptions,
  { method, path }: { method: 'GET' | 'POST'; path: string },
  pairs: readonly Pair[],
): Promise<Buffer> {
  const send = (token: string) => {
    const query = new URLSearchParams({ access_token: token })
    if (method === 'GET') for (const { key, value } of pairs) query.append(key, queryValue(value))
    return upstream.send(method, `${path}?${query}`, method === 'POST' ? bodyOf(pairs) : undefined)
  }
  const token = await tokens.get()
  const answer = await send(token)
  if (!STALE_TOKEN.includes(answer.body['errcode'])) return answer.text
  return (await send(await tokens.replace(token))).text
}

/** Values go on as the text they came in, so no number changes on the way. */
function bodyOf(pairs: readonly Pair[]): string {
  return `{${pairs.map(({ key, value }) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

function queryValue(value: string): string {
  const parsed: unknown = JSON.parse(value)
  return typeof parsed === 'string' ? parsed : value
}

function readPairs(requestData: Buffer): Pair[] {
  try {
    const pairs = decodeCommApiData(requestData)
    for (const { key, value } of pairs) parseJson(value, key)
    return pairs
  } catch (error) {
    throw error instanceof MalformedMessage ? invalid(`requestData: ${error.message}`) : error
  }
}

function pairsOf(requestData: string): Pair[] {
  const parsed = parseJson(requestData, 'requestData')
  if (typeof parsed !== 'object' || parsed === null) throw invalid('requestData must be a JSON object')
  return Object.entries(parsed).map(([key, value]) => ({ key, value: JSON.stringify(value) }))
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(`${what} is not JSON`)
  }
}

function messageReply(respData: string | Buffer): Reply {
  const message = { respData: Buffer.from(respData), contentType: 'application/json; charset=utf-8', httpCode: 200 }
  return protobuf(encodeCommOpenApiResp(message))
}

function errorReply(errorCode: number): Reply {
  return protobuf(encodeCommError(errorCode))
}

function protobuf(body: Buffer): Reply {
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
}
