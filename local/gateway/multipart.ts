import { Readable } from 'node:stream'
import busboy from 'busboy'
import { invalid } from './refusal'

/** A multipart body's parts by name; one marked as a file or as octets is a Buffer. */
export type Parts = Record<string, string | Buffer>

/** Reads a multipart body that is here whole. Refuses one that is malformed or names a part twice. */
export function readMultipart(contentType: string, body: Buffer): Promise<Parts> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: unknown) => reject(invalid(`multipart body: ${reason}`))
    const parts = new Map<string, string | Buffer>()
    const add = (name: string, value: string | Buffer) => {
      if (parts.has(name)) refuse(`part ${name} is there twice`)
      parts.set(name, value)
    }
    try {
      const parser = busboy({ headers: { 'content-type': contentType } })
      parser.on('field', add)
      parser.on('file', (name, stream) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('error', refuse)
        stream.on('end', () => add(name, Buffer.concat(chunks)))
      })
      parser.on('error', refuse)
      parser.on('close', () => resolve(Object.fromEntries(parts)))
      Readable.from([body]).pipe(parser)
    } catch (error) {
      refuse(error)
    }
  })
}
