import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareDecimals, decimalFromCents } from './decimal'
import { downsample } from './downsample'

type Point = [number, string]

const series = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -500, max: 500 })), { maxLength: 200 })
  .map(points =>
    points.map(([at, cents]): Point => [at, decimalFromCents(cents) ?? '']).sort(([left], [right]) => left - right),
  )
const mosts = fc.integer({ min: 4, max: 60 })

const extremes = (points: readonly Point[]) => {
  const values = points.map(([, value]) => value).sort(compareDecimals)
  return [values[0], values.at(-1)]
}

describe('downsample', () => {
  it('keeps first, last and the extremes of each span of time, in order', () => {
    const points: Point[] = [
      [0, '50'],
      [10, '40'],
      [20, '9.5'],
      [30, '10'],
      [49, '45.0'],
      [50, '30'],
      [60, '100'],
      [70, '20'],
      [99, '25'],
      [100, '26'],
    ]
    expect(downsample(points, 6)).toEqual([
      [0, '50'],
      [20, '9.5'],
      [49, '45.0'],
      [60, '100'],
      [70, '20'],
      [100, '26'],
    ])
    expect(downsample(points, 7)).toEqual(downsample(points, 6))
  })

  it('spans are of equal time, not of equally many points', () => {
    const crowd = Array.from({ length: 50 }, (_, index): Point => [index, index === 20 ? '9' : '5'])
    const kept = downsample([...crowd, [900, '3'], [950, '4'], [1000, '5']], 6)
    expect(kept).toEqual([
      [0, '5'],
      [1, '5'],
      [20, '9'],
      [900, '3'],
      [950, '4'],
      [1000, '5'],
    ])
  })

  it.each([
    ['931', '929'],
    ['929', '931'],
  ])('compares exactly, beyond what a double tells apart: …%s, …%s', (one, other) => {
    const points = ['930', one, '930', other, '930', '930'].map((end, at): Point => [at, `90071992547409.${end}`])
    expect(downsample(points, 4).map(([at]) => at)).toEqual([0, 1, 3, 5])
  })

  it('counts the last instant to the last span', () => {
    const values = ['5', '1', '2', '3', '4', '9', '8', '5']
    const points = values.map((value, index): Point => [index < 3 ? index : index < 5 ? 60 : 100, value])
    expect(downsample(points, 6).map(([, value]) => value)).toEqual(['5', '1', '2', '3', '9', '5'])
  })

  it('takes points of one instant, and a clock that was set back', () => {
    const same = ['1', '5', '9', '2', '0', '4', '4'].map((value): Point => [7, value])
    expect(downsample(same, 4).map(([, value]) => value)).toEqual(['1', '9', '0', '4'])
    const back = [0, 90, 10, 80, 20, 70, 30, 60, 40, 100].map((at): Point => [at, String(at)])
    expect(downsample(back, 6).length).toBeLessThanOrEqual(6)
  })

  it('leaves few enough points as they are', () => {
    const flat = [0, 1, 2, 3, 4].map((at): Point => [at, '5'])
    expect(downsample(flat, 5)).toEqual(flat)
    expect(downsample(flat, 4)).not.toEqual(flat)
    fc.assert(
      fc.property(series, fc.nat(50), (points, more) => {
        expect(downsample(points, Math.max(4, points.length) + more)).toEqual(points)
      }),
    )
  })

  it('keeps at most so many, in order, both ends and both extremes among them', () => {
    fc.assert(
      fc.property(series, mosts, (points, most) => {
        const kept = downsample(points, most)
        expect(kept.length).toBeLessThanOrEqual(most)
        expect(kept[0]).toEqual(points[0])
        expect(kept.at(-1)).toEqual(points.at(-1))
        expect(extremes(kept)).toEqual(extremes(points))
        let from = 0
        for (const [at, value] of kept) {
          const found = points.findIndex((point, index) => index >= from && point[0] === at && point[1] === value)
          expect(found).toBeGreaterThanOrEqual(from)
          from = found + 1
        }
      }),
    )
  })

  it('keeps the extremes of every span', () => {
    fc.assert(
      fc.property(series, mosts, (points, most) => {
        fc.pre(points.length > most)
        const start = points[0]?.[0] ?? 0
        const length = (points.at(-1)?.[0] ?? 0) - start
        fc.pre(length > 0)
        const count = Math.floor((most - 2) / 2)
        const kept = downsample(points, most).slice(1, -1)
        const spans = new Map<number, Point[]>()
        for (const point of points.slice(1, -1)) {
          const span = Math.min(count - 1, Math.floor(((point[0] - start) * count) / length))
          spans.set(span, [...(spans.get(span) ?? []), point])
        }
        const keptValues = new Set(kept.map(point => point.join()))
        for (const inside of spans.values()) {
          const values = new Set(inside.filter(point => keptValues.has(point.join())).map(([, value]) => value))
          for (const extreme of extremes(inside)) expect(values).toContain(extreme)
        }
      }),
    )
  })

  it('refuses to keep fewer than four, and what is no decimal', () => {
    expect(() => downsample([], 3)).toThrow(RangeError)
    expect(() => downsample([], Number.NaN)).toThrow(RangeError)
    expect(() =>
      downsample(
        ['1', 'x', '2', '3', '4'].map((value): Point => [0, value]),
        4,
      ),
    ).toThrow(RangeError)
  })
})
