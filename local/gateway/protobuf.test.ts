import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeCommApiData, encodeCommError, encodeCommOpenApiResp } from './commMessages'
import { decodeMessage, encodeMessage, type Field, MalformedMessage } from './protobuf'

const number = fc.integer({ min: 1, max: 0x1fffffff })
const octets = fc.uint8Array({ maxLength: 300 }).map(content => Buffer.from(content))
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ number, varint: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ number, bytes: octets }),
)

/** What a decoder may do with any bytes: answer, or say that they are malformed. */
function survives(decode: (message: Buffer) => unknown, message: Buffer): void {
  try {
    decode(message)
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessage)
  }
}

describe('the protobuf codec', () => {
  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(field), fields => {
        expect(decodeMessage(encodeMessage(fields))).toEqual(fields)
      }),
    )
  })

  test('never does anything but answer or refuse', () => {
    fc.assert(
      fc.property(octets, message => {
        survives(decodeMessage, message)
        survives(decodeCommApiData, message)
      }),
    )
  })

  test('refuses or reads a message that was damaged in one place or cut off', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), fc.nat(), fc.nat(255), (fields, place, byte) => {
        const message = encodeMessage(fields)
        const at = place % message.length
        survives(decodeMessage, message.subarray(0, at))
        message[at] = byte
        survives(decodeMessage, message)
      }),
    )
  })

  test('reads the pairs that an SDK writes, in order', () => {
    const pair = fc.record({ key: fc.string({ unit: 'grapheme', minLength: 1 }), value: fc.json() })
    const bytes = (number: number, content: Buffer | string) => ({ number, bytes: Buffer.from(content) })
    fc.assert(
      fc.property(fc.array(pair), pairs => {
        const encoded = pairs.map(({ key, value }) => bytes(1, encodeMessage([bytes(1, key), bytes(2, value)])))
        const message = encodeMessage([{ number: 1, varint: 0n }, bytes(2, encodeMessage(encoded))])
        expect(decodeCommApiData(message)).toEqual(pairs)
      }),
    )
  })

  test.each([
    ['a length beyond the end', '0a05ff'],
    ['a number without an end', '08ffffffffffffffffffff01'],
    ['an end inside a number', '08'],
    ['field number 0', '0000'],
    ['a fixed-width field', '0d00000000'],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeMessage(Buffer.from(hex, 'hex'))).toThrow(MalformedMessage)
  })

  test('refuses text that is not UTF-8 and a pair without a value', () => {
    expect(() => decodeCommApiData(Buffer.from('12070a050a01ff1200', 'hex'))).toThrow('text is not UTF-8')
    expect(() => decodeCommApiData(Buffer.from('12050a030a0161', 'hex'))).toThrow('a pair without key or value')
  })

  test('writes replies as captured', () => {
    const reply = { respData: Buffer.from('{}'), contentType: 'text/plain', httpCode: 200 }
    expect(encodeCommOpenApiResp(reply).toString('latin1')).toBe('\n\x02{}\x12\ntext/plain \xc8\x01')
    expect(encodeCommError(-604101).toString('hex')).toBe('18bb90dbffffffffffff01')
  })
})
