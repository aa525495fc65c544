import { LASTING_STANDINGS } from '../meter/health'
import type { Level, Standing } from '../meter/reading'
import { type ConnectionHealth, isOutdated } from './health'
import type { BoardInput, MeterCounts } from './types'

const LEVELS: readonly Level[] = ['exhausted', 'critical', 'low', 'ok']

/** How the meters of these connections stand, those of an outdated one as `stale`. */
export function countsOf(connections: readonly ConnectionHealth[], now: number): MeterCounts {
  const sums: Record<string, number> = {}
  for (const connection of connections) {
    const isStale = isOutdated(connection, now)
    for (const [name, count] of Object.entries(connection.counts)) {
      const key = isStale && !LASTING_STANDINGS.includes(name) ? 'stale' : name
      sums[key] = (sums[key] ?? 0) + count
    }
  }
  return sums
}

/** The same for each provider. */
export function countsByProvider(connections: readonly ConnectionHealth[], now: number): Record<string, MeterCounts> {
  const providers = [...new Set(connections.map(({ provider }) => provider))]
  const of = (name: string) => connections.filter(({ provider }) => provider === name)
  return Object.fromEntries(providers.map(provider => [provider, countsOf(of(provider), now)]))
}

/** How many meters pass the filter; undefined for a text, which nobody has counted. */
export function totalOf(counts: MeterCounts, { level, standing, text }: BoardInput): number | undefined {
  if (text !== undefined) return undefined
  if (level !== undefined) return standing === undefined || standing === 'current' ? (counts[level] ?? 0) : 0
  if (standing !== undefined) return countOf(counts, standing)
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function countOf(counts: MeterCounts, standing: Standing): number {
  if (standing !== 'current') return counts[standing] ?? 0
  return LEVELS.reduce((sum, level) => sum + (counts[level] ?? 0), 0)
}
