import type { Caller } from '../../local/runtime'

/** Who calls in every bench. */
export const TIMER: Caller = { kind: 'timer', triggerName: 'bench' }

export interface Figure {
  name: string
  value: number
  /** What it may be at most. */
  limit: number
  unit: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

export function isMissed({ value, limit }: Figure): boolean {
  // NaN, too.
  return !(value <= limit)
}

/** One line per figure: what was measured, what is allowed, and whether it holds. */
export function report(figures: readonly Figure[]): string {
  return figures
    .map(figure => {
      const { name, value, limit, unit } = figure
      const verdict = isMissed(figure) ? 'MISSED' : 'ok    '
      return `${verdict} ${name.padEnd(66)} ${value.toFixed(3).padStart(9)} ≤ ${limit} ${unit}`
    })
    .join('\n')
}
