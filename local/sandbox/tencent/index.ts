import type { Exchange } from '../../http/server'
import { sandboxCredentials } from '../credentials'
import { type Format, Refusal, routeOf, type Upstream, type UpstreamReply, type World } from '../upstream'
import type { TencentAnswer } from './answer'
import { memberBalances } from './billing'
import { usageDetail } from './esign'
import { SlidingWindow } from './limits'
import { type Parameters, parseParameters } from './parameters'
import { type TencentKey, verifyTc3 } from './verify'

interface Service {
  version: string
  actions: Record<string, (parameters: Parameters, world: World) => TencentAnswer>
}

const billing: Service = { version: '2018-07-09', actions: { DescribeOrgMemberAccountBalance: memberBalances } }
const essbasic: Service = { version: '2021-05-26', actions: { ChannelDescribeBillUsageDetail: usageDetail } }

const { secretId, secretKey, temporary } = sandboxCredentials.tencent
const keys = new Map<string, TencentKey>([
  [secretId, { secretKey }],
  [temporary.secretId, temporary],
])

/** Tencent Cloud's hosts. Source: API 3.0, "Common Params" and "Common Error Codes". */
export function tencent(world: World, perSecond: number): [string, Upstream][] {
  const window = new SlidingWindow(perSecond)
  const hosts: [string, Service][] = [
    ['billing.intl.tencentcloudapi.com', billing],
    ['billing.tencentcloudapi.com', billing],
    ['essbasic.tencentcloudapi.com', essbasic],
  ]
  return hosts.map(([host, service]) => [host, exchange => findAction(exchange, service, world, window)])
}

function findAction(exchange: Exchange, service: Service, world: World, window: SlidingWindow) {
  const format = formatOf(world)
  const action = String(exchange.headers['x-tc-action'] ?? '')
  const answer = Object.hasOwn(service.actions, action) ? service.actions[action] : undefined
  if (exchange.method !== 'POST') return format.refuse('UnsupportedProtocol', 'The sandbox speaks POST only.')
  if (!action) return format.refuse('MissingParameter', 'The request is missing a required parameter `Action`.')
  if (!answer || exchange.url.pathname !== '/') {
    return format.refuse('InvalidAction', 'The request action is invalid or does not exist.')
  }
  return routeOf(action, format, () => {
    if (exchange.headers['x-tc-version'] !== service.version) {
      throw new Refusal('NoSuchVersion', 'The version of the API does not exist.')
    }
    const account = verifyTc3(exchange, keys, world.now())
    if (!window.admit(`${action} ${account}`, world.now())) {
      throw new Refusal('RequestLimitExceeded', 'Your current request times exceeds the limit of the API per second.')
    }
    const result = answer(parseParameters(exchange.body), world)
    return Buffer.isBuffer(result) ? json(result) : respond(result, world)
  })
}

function formatOf(world: World): Format {
  return {
    refuse: (code, message) => ({ ...respond({ Error: { Code: code, Message: message } }, world), code }),
    hollow: () => json('{}'),
  }
}

function respond(answer: Record<string, unknown>, world: World): UpstreamReply {
  return json(JSON.stringify({ Response: { ...answer, RequestId: world.nextRequestId() } }))
}

/** Errors answer 200 as well. */
function json(body: string | Buffer): UpstreamReply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}
