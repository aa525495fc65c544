/** The part of the protocol buffers wire format that openapi messages use: varints and length-delimited fields. */
export type Field = { number: number } & ({ varint: bigint } | { bytes: Buffer })

export class MalformedMessage extends Error {}

const VARINT = 0
const LENGTH_DELIMITED = 2
/** 64 bits in groups of 7. */
const LONGEST_VARINT = 10

/** The fields of a message in the order they stand. Throws MalformedMessage on anything that is not one. */
export function decodeMessage(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const readVarint = (): bigint => {
    let value = 0n
    for (let length = 0; length < LONGEST_VARINT; length++) {
      const byte = message[at++]
      if (byte === undefined) throw new MalformedMessage('the message ends inside a number')
      value |= BigInt(byte & 0x7f) << BigInt(7 * length)
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new MalformedMessage('a number is longer than 64 bits')
  }
  while (at < message.length) {
    const tag = readVarint()
    const number = Number(tag >> 3n)
    if (number < 1 || number > 0x1fffffff) throw new MalformedMessage(`field number ${number} is out of range`)
    const wireType = Number(tag & 7n)
    if (wireType === VARINT) {
      fields.push({ number, varint: readVarint() })
    } else if (wireType === LENGTH_DELIMITED) {
      const length = readVarint()
      if (length > BigInt(message.length - at)) throw new MalformedMessage('the message ends inside a field')
      const end = at + Number(length)
      fields.push({ number, bytes: message.subarray(at, end) })
      at = end
    } else {
      throw new MalformedMessage(`wire type ${wireType} is not supported`)
    }
  }
  return fields
}

/** The message with these fields. A negative int32 is passed as its 64-bit two's complement, `BigInt.asUintN(64, …)`. */
export function encodeMessage(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = []
  for (const field of fields) {
    if ('varint' in field) {
      parts.push(encodeVarint((BigInt(field.number) << 3n) | BigInt(VARINT)), encodeVarint(field.varint))
    } else {
      const tag = encodeVarint((BigInt(field.number) << 3n) | BigInt(LENGTH_DELIMITED))
      parts.push(tag, encodeVarint(BigInt(field.bytes.length)), field.bytes)
    }
  }
  return Buffer.concat(parts)
}

function encodeVarint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}
