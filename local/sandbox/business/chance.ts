/** A number from 0 up to 1 that depends on the keys only: the simulated business has no memory and no dice. */
export function chance(...keys: (string | number)[]): number {
  const text = keys.join('|')
  let hash = 0x811c9dc5
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  // FNV-1a leaves keys that differ at the end close together; this spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** One of the items, by chance. */
export function pick<T>(items: readonly [T, ...T[]], ...keys: (string | number)[]): T {
  return items[Math.floor(chance(...keys) * items.length)] ?? items[0]
}
