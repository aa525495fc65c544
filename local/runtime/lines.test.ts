import { expect, test } from '@jest/globals'
import { Lines } from './lines'

test('joins pieces, splits lines, and gives out the last one when asked', () => {
  const seen: string[] = []
  const lines = new Lines(line => seen.push(line))
  for (const piece of ['one\ntw', 'o\r', '\n\nthr', 'ee']) lines.push(piece)
  expect(seen).toEqual(['one', 'two', ''])
  lines.flush()
  lines.flush()
  expect(seen).toEqual(['one', 'two', '', 'three'])
})
