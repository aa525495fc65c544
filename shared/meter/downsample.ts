import { compareDecimals } from './decimal'

/** An instant (epoch ms) and the decimal value then. */
type Point = readonly [at: number, value: string]

interface Placed {
  index: number
  value: string
}

/** The extremes of one span of time; the earlier of equal ones. */
interface Bucket {
  number: number
  lowest: Placed
  highest: Placed
}

/**
 * At most `most` of the points (oldest first), in their order: the first, the last, and the lowest and the highest of
 * each of equal spans of time between them, so that every peak survives. All of them when they are few enough. Throws
 * RangeError when `most` is below 4, or for what is not a decimal.
 */
export function downsample(points: readonly Point[], most: number): [at: number, value: string][] {
  if (!(most >= 4)) throw new RangeError('fewer than 4 points')
  const first = points[0]
  const last = points.at(-1)
  if (points.length <= most || !first || !last) return points.map(copy)
  const kept = new Set([0, points.length - 1])
  for (const { lowest, highest } of bucketsOf(points, first[0], last[0], Math.floor((most - 2) / 2))) {
    kept.add(lowest.index).add(highest.index)
  }
  return points.filter((_, index) => kept.has(index)).map(copy)
}

/** Of the points between the first and the last. */
function bucketsOf(points: readonly Point[], from: number, to: number, count: number): Bucket[] {
  const buckets: Bucket[] = []
  let bucket: Bucket | undefined
  // With no time between first and last there is one span.
  const length = Math.max(1, to - from)
  points.slice(1, -1).forEach(([at, value], before) => {
    // Never back to an earlier span, nor past the last, whatever the instants: there are at most `count`.
    const number = Math.max(bucket?.number ?? 0, Math.min(count - 1, Math.floor(((at - from) * count) / length)))
    const placed = { index: before + 1, value }
    if (bucket?.number !== number) {
      bucket = { number, lowest: placed, highest: placed }
      buckets.push(bucket)
    } else if (compareDecimals(value, bucket.lowest.value) < 0) bucket.lowest = placed
    else if (compareDecimals(value, bucket.highest.value) > 0) bucket.highest = placed
  })
  return buckets
}

function copy([at, value]: Point): [at: number, value: string] {
  return [at, value]
}
