import { createHash } from 'node:crypto'
import { CommonClient } from 'tencentcloud-sdk-nodejs/tencentcloud/common/common_client'
import type * as v from 'valibot'
import type { Call, Environment } from '../../call'
import { checkAnswer } from '../answer'
import { callUpstream } from '../attempt'
import { type Endpoint, endpointFrom } from '../endpoint'
import { isOutageOrLimit } from '../failure'
import { agentFor } from './agent'
import { tencentFailure } from './failure'
import { paceFor, requestsPerSecond } from './pace'

const SERVICES = {
  billing: {
    version: '2018-07-09',
    endpoint: {
      variable: 'TENCENT_BILLING_URL',
      host: 'billing.intl.tencentcloudapi.com',
      domains: ['tencentcloudapi.com'],
    },
  },
  essbasic: {
    version: '2021-05-26',
    endpoint: {
      variable: 'TENCENT_ESS_URL',
      host: 'essbasic.tencentcloudapi.com',
      // The second one is of Tencent's own test environment.
      domains: ['tencentcloudapi.com', 'ess.tencent.cn'],
    },
  },
}

export interface TencentRequest<Schema extends v.GenericSchema> {
  service: keyof typeof SERVICES
  action: string
  parameters: Record<string, unknown>
  /** What `Response` must look like. */
  answer: Schema
}

/**
 * One call of a Tencent Cloud API through its SDK, under the action's pace. Throws NOT_CONFIGURED for missing or unusable
 * variables, RATE_LIMITED, UPSTREAM_REJECTED, UPSTREAM_UNAVAILABLE, UPSTREAM_CHANGED, DEADLINE_EXCEEDED.
 */
export async function requestTencent<const Schema extends v.GenericSchema>(
  { service, action, parameters, answer: schema }: TencentRequest<Schema>,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  const { clock, environment } = call
  const endpoint = tencentEndpoint(service, environment)
  const secretId = environment.secret('TENCENT_SECRET_ID')
  const secretKey = environment.secret('TENCENT_SECRET_KEY')
  const attempt = async (signal: AbortSignal) => {
    // A client holds no connection, the agent does: a new one costs nothing and follows changed credentials. The clients
    // of the two services would add nothing to the common one but 17 KB.
    const client = new CommonClient(endpoint.host, SERVICES[service].version, {
      credential: { secretId, secretKey },
      profile: {
        httpProfile: {
          protocol: `${endpoint.protocol}//`,
          agent: agentFor(endpoint),
          // None of its own: the signal ends headers and body alike, and leaves no timer behind a failed request.
          reqTimeout: 0,
        },
      },
    })
    const answer: unknown = await client.request(action, parameters, { signal }).catch((error: unknown) => {
      throw tencentFailure(error)
    })
    return checkAnswer(schema, answer, 'tencent', requestIdOf(answer))
  }
  const turn = (signal: AbortSignal) => {
    if (!call.paces) return paceFor(action, environment).turn(clock, signal)
    return call.paces.turn(accountKey(endpoint, action, secretId), requestsPerSecond(environment), signal)
  }
  return callUpstream({ provider: 'tencent', action, isTransient: isOutageOrLimit, turn, attempt }, call)
}

/** What Tencent Cloud counts requests by, told in a way that shows no credential. */
function accountKey({ host }: Endpoint, action: string, secretId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([host, action, secretId]))
    .digest('base64url')
    .slice(0, 22)
}

/** Throws NOT_CONFIGURED for an unusable base URL. */
export function tencentEndpoint(service: keyof typeof SERVICES, environment: Environment): Endpoint {
  return endpointFrom(environment, SERVICES[service].endpoint)
}

function requestIdOf(answer: unknown): string | undefined {
  const id = typeof answer === 'object' ? (answer as Record<string, unknown> | null)?.['RequestId'] : undefined
  return typeof id === 'string' ? id : undefined
}
