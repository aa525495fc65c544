import { decodeMessage, encodeMessage, type Field, MalformedMessage } from './protobuf'

/** One parameter of a cloud call. */
export interface Pair {
  key: string
  /** JSON text. */
  value: string
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The parameters in a `CommApiData` message:
 * `{ApiType api_type=1; OpenApiData openapi_data=2 {repeated KeyValuePair pairs=1 {string key=1; bytes value=2}}}`.
 * Throws MalformedMessage for what is not one, or uses more than this: another type, another appid, file contents.
 */
export function decodeCommApiData(message: Buffer): Pair[] {
  const pairs: Pair[] = []
  for (const field of decodeMessage(message)) {
    if (field.number === 1 && 'varint' in field) {
      if (field.varint !== 0n) throw new MalformedMessage(`api_type ${field.varint} is not supported`)
    } else if (field.number === 2 && 'bytes' in field) {
      pairs.push(...decodeMessage(field.bytes).map(decodePair))
    } else if (!isEmpty(field)) {
      throw new MalformedMessage(`field ${field.number} of CommApiData is not supported`)
    }
  }
  return pairs
}

function decodePair(field: Field): Pair {
  if (field.number !== 1 || 'varint' in field) throw new MalformedMessage('openapi_data holds more than pairs')
  let key: string | undefined
  let value: string | undefined
  for (const part of decodeMessage(field.bytes)) {
    if (part.number === 1 && 'bytes' in part) key = decodeText(part.bytes)
    else if (part.number === 2 && 'bytes' in part) value = decodeText(part.bytes)
    else if (!isEmpty(part)) throw new MalformedMessage(`field ${part.number} of KeyValuePair is not supported`)
  }
  if (key === undefined || value === undefined) throw new MalformedMessage('a pair without key or value')
  return { key, value }
}

export interface CommOpenApiResp {
  respData: Buffer
  contentType: string
  httpCode: number
}

/** A `CommOpenApiResp` with the API's own answer. */
export function encodeCommOpenApiResp({ respData, contentType, httpCode }: CommOpenApiResp): Buffer {
  return encodeMessage([
    { number: 1, bytes: respData },
    { number: 2, bytes: Buffer.from(contentType) },
    { number: 4, varint: BigInt(httpCode) },
  ])
}

/** A `CommOpenApiResp` with the platform's refusal instead, for example -604101. */
export function encodeCommError(errorCode: number): Buffer {
  return encodeMessage([{ number: 3, varint: BigInt.asUintN(64, BigInt(errorCode)) }])
}

/** A field that an encoder wrote though it has nothing in it. */
function isEmpty(field: Field): boolean {
  return 'bytes' in field ? field.bytes.length === 0 : field.varint === 0n
}

function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new MalformedMessage('text is not UTF-8')
  }
}
