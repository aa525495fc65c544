import type { Exchange } from '../../http/server'
import { type Format, routeOf, type Upstream, type UpstreamReply, type World } from '../upstream'
import { consumptionQuota } from './credit'
import { issueToken } from './iam'
import { jsonReply } from './reply'
import { AuthTokens } from './tokens'
import { UNAUTHENTICATED } from './verify'

const TOKENS = '/v3/auth/tokens'
const CREDIT = '/v2/partners/credit/consumption-quota'

/** The document's error codes, and the gateway's, with their HTTP status; any other is a wrong parameter. */
const statuses: Record<string, number> = {
  'CBC.0100': 400,
  'CBC.0151': 403,
  'CBC.0999': 500,
  'APIGW.0101': 404,
  [UNAUTHENTICATED]: 401,
  'APIGW.0308': 429,
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}

/** Huawei Cloud's hosts; IAM answers under both. */
export function huawei(world: World): [string, Upstream][] {
  const tokens = new AuthTokens()
  const iam = (exchange: Exchange) =>
    isCall(exchange, 'POST', TOKENS)
      ? routeOf(TOKENS, iamFormat(world), () => issueToken(exchange, world, tokens))
      : gatewayFormat(world).refuse('APIGW.0101', 'The API does not exist or has not been published in the environment')
  const bss = (exchange: Exchange) =>
    isCall(exchange, 'GET', CREDIT)
      ? routeOf(CREDIT, gatewayFormat(world), () => consumptionQuota(exchange, world, tokens))
      : iam(exchange)
  return [
    ['bss-intl.myhuaweicloud.com', bss],
    ['iam.myhuaweicloud.com', iam],
  ]
}

function isCall({ method, url }: Exchange, expected: string, path: string): boolean {
  return method === expected && url.pathname === path
}

function gatewayFormat(world: World): Format {
  return {
    refuse(code, message) {
      const requestId = world.nextRequestId()
      const body = JSON.stringify({ error_code: code, error_msg: message, request_id: requestId })
      return { ...jsonReply(statuses[code] ?? 400, body, requestId), code }
    },
    hollow: () => jsonReply(200, '{}', world.nextRequestId()),
  }
}

/** IAM's codes are HTTP statuses. */
function iamFormat(world: World): Format {
  return {
    refuse(code, message): UpstreamReply {
      const status = Number(code)
      const body = JSON.stringify({ error: { code: status, message, title: titles[status] ?? 'Error' } })
      return { ...jsonReply(status, body, world.nextRequestId()), code }
    },
    hollow: () => jsonReply(201, '{}', world.nextRequestId()),
  }
}
