import type * as v from 'valibot'
import type { Call } from '../../call'
import { checkAnswer } from '../answer'
import { callUpstream } from '../attempt'
import { type Endpoint, endpointFrom } from '../endpoint'
import { isOutageOrLimit } from '../failure'
import { parseJson, sendHttp } from '../http'
import { type Credentials, credentialsFrom } from './credentials'
import { CredentialsRefused, huaweiFailure, requestIdOf } from './failure'
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
  const get = (proof: Proof) => send(path, schema, proof, call)
  if (credentials.kind !== 'user') return get(credentials)
  const token = await iamToken(credentials, call)
  call.environment.conceal(token)
  try {
    return await get({ kind: 'token', token })
  } catch (error) {
    if (!(error instanceof CredentialsRefused)) throw error
    const renewed = await iamToken(credentials, call, token)
    call.environment.conceal(renewed)
    return get({ kind: 'token', token: renewed })
  }
}

/** What a request can carry. */
type Proof = Exclude<Credentials, { kind: 'user' }>

function send<const Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  proof: Proof,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  const endpoint = endpointFrom(call.environment, ENDPOINT)
  return callUpstream(
    {
      provider: 'huawei',
      action: path,
      isTransient: isOutageOrLimit,
      async attempt(signal) {
        const headers = headersFor(path, endpoint, proof, call.clock.now())
        const answer = await sendHttp({ provider: 'huawei', endpoint, method: 'GET', path, headers, signal })
        if (answer.status !== 200) throw huaweiFailure(answer)
        const requestId = requestIdOf(answer)
        return checkAnswer(schema, parseJson(answer.body, 'huawei', requestId), 'huawei', requestId)
      },
    },
    call,
  )
}

function headersFor(path: string, { host }: Endpoint, proof: Proof, now: number): Record<string, string> {
  const headers = { 'content-type': 'application/json' }
  if (proof.kind === 'token') return { ...headers, 'x-auth-token': proof.token }
  const { accessKey, secretKey, securityToken } = proof
  return signHuawei({
    method: 'GET',
    host,
    path,
    headers: { ...headers, ...(securityToken && { 'x-security-token': securityToken }) },
    accessKey,
    secretKey,
    now,
  })
}
