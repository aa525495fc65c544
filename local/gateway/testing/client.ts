import { decodeMessage, encodeMessage, type Field } from '../protobuf'
import type { TestGateway } from './gateway'

/** Requests to a gateway as raw as a test wants them, with the token of the invocation of `reader` unless they say else. */
export class Client {
  constructor(private readonly gateway: TestGateway) {}

  async post(body: string | FormData, type = 'application/json', path = '/admin') {
    const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': type } : {}
    const response = await fetch(new URL(path, this.gateway.url), { method: 'POST', body, headers })
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) }
  }

  /** A JSON action. */
  async act(fields: object): Promise<Record<string, unknown>> {
    const { body } = await this.post(JSON.stringify({ wxCloudApiToken: this.gateway.token, ...fields }))
    return JSON.parse(body.toString())
  }

  form(fields: Record<string, string | Buffer>): FormData {
    const data = new FormData()
    for (const [name, value] of Object.entries({ wxCloudApiToken: this.gateway.token, ...fields })) {
      data.append(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)]))
    }
    return data
  }

  /** A cloud call; answers its respData, or the platform's refusal. */
  async openApi(apiName: string, requestData: Buffer = message({})) {
    const { body } = await this.post(this.form({ action: 'wx.openApi', apiName, requestData }))
    if (body.toString().startsWith('{')) return { refusal: JSON.parse(body.toString()) }
    const fields = decodeMessage(body)
    const respData = fields.find(field => field.number === 1)
    const errorCode = fields.find(field => field.number === 3)
    return {
      text: respData && 'bytes' in respData ? respData.bytes.toString() : undefined,
      errorCode: errorCode && 'varint' in errorCode ? Number(BigInt.asIntN(64, errorCode.varint)) : undefined,
    }
  }

  quota() {
    return this.openApi('logistics.getQuota', message({ delivery_id: 'YTO', biz_id: 'xyz' }))
  }
}

export function bytes(number: number, content: Buffer | string): Field {
  return { number, bytes: Buffer.from(content) }
}

/** A CommApiData with these parameters. */
export function message(parameters: Record<string, unknown>, ...more: Field[]): Buffer {
  const pairs = Object.entries(parameters).map(([key, value]) => pair(key, JSON.stringify(value)))
  return encodeMessage([{ number: 1, varint: 0n }, bytes(2, encodeMessage(pairs)), ...more])
}

/** A KeyValuePair as a field of OpenApiData. */
export function pair(key: string, value: string, ...more: Field[]): Field {
  return bytes(1, encodeMessage([bytes(1, key), bytes(2, value), ...more]))
}
