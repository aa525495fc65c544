import type * as v from 'valibot'
import type { Call } from '../../call'
import { checkAnswer } from '../answer'
import { callUpstream } from '../attempt'
import { type Endpoint, endpointFrom } from '../endpoint'
import { type HttpAnswer, parseJson, sendHttp } from '../http'
import { type Credentials, credentialsFrom } from './credentials'
import { huaweiFailure, isTransient, requestIdOf } from './failure'
import { iamToken } from './iamToken'
import { signHuawei } from './sign'

const ENDPOINT = { variable: 'HUAWEI_BSS_URL', host: 'bss-intl.myhuaweicloud.com', domains: ['myhuaweicloud.com'] }

/**
 * A GET on Huawei Cloud's business support system, signed by AK/SK or with X-Auth-Token. A token of an IAM user that is
 * refused (401) is fetched anew and the call repeated, once. Throws NOT_CONFIGURED, upstream errors, UPSTREAM_CHANGED.
 */
export async function getHuawei<const Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  const credentials = credentialsFrom(call.environment)
  const endpoint = endpointFrom(call.environment, ENDPOINT)
  if (credentials.kind !== 'user') return accept(schema, await send({ path, endpoint, credentials }, call))
  const token = await iamToken(credentials, call)
  const first = await send({ path, endpoint, credentials: { kind: 'token', token } }, call)
  if (first.status !== 401) return accept(schema, first)
  const renewed = await iamToken(credentials, call, token)
  return accept(schema, await send({ path, endpoint, credentials: { kind: 'token', token: renewed } }, call))
}

interface Request {
  path: string
  endpoint: Endpoint
  credentials: Exclude<Credentials, { kind: 'user' }>
}

/** The answer, also when it is a 401: whoever holds another token may try again. */
function send(request: Request, call: Call): Promise<HttpAnswer> {
  const { path, endpoint } = request
  return callUpstream(
    {
      provider: 'huawei',
      action: path,
      isTransient,
      async attempt(signal) {
        const headers = headersOf(request, call.clock.now())
        const answer = await sendHttp({ provider: 'huawei', endpoint, method: 'GET', path, headers, signal })
        if (answer.status !== 200 && answer.status !== 401) throw huaweiFailure(answer)
        return answer
      },
    },
    call,
  )
}

function accept<const Schema extends v.GenericSchema>(schema: Schema, answer: HttpAnswer): v.InferOutput<Schema> {
  if (answer.status === 401) throw huaweiFailure(answer)
  const requestId = requestIdOf(answer)
  return checkAnswer(schema, parseJson(answer.body, 'huawei', requestId), 'huawei', requestId)
}

function headersOf({ path, endpoint, credentials }: Request, now: number): Record<string, string> {
  const headers = { 'content-type': 'application/json' }
  if (credentials.kind === 'token') return { ...headers, 'x-auth-token': credentials.token }
  const { accessKey, secretKey, securityToken } = credentials
  return signHuawei({
    method: 'GET',
    host: endpoint.host,
    path,
    headers: { ...headers, ...(securityToken && { 'x-security-token': securityToken }) },
    accessKey,
    secretKey,
    now,
  })
}
