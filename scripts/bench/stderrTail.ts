import type { Readable } from 'node:stream'

/** How much of it an error message can bear. */
const TAIL = 2000

/** The end of what a child says on stderr, for when it fails. */
export function stderrTail(stream: Readable | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-TAIL)
  })
  return () => text.trimEnd()
}
