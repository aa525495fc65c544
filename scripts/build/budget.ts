import type { Metafile } from 'esbuild'

const KB = 1000

/** What a bundle weighs, in bytes. */
export interface Weight {
  name: string
  total: number
  /** Evaluated before the first answer. */
  evaluated: number
  /** Our own code. */
  own: number
}

export function weigh(name: string, code: string, metafile: Metafile): Weight {
  const total = Buffer.byteLength(code)
  const inputs = Object.values(metafile.outputs).flatMap(output => Object.entries(output.inputs))
  const bytesOf = (path: RegExp) =>
    inputs.reduce((sum, [input, { bytesInOutput }]) => (path.test(input) ? sum + bytesInOutput : sum), 0)
  return { name, total, evaluated: total - bytesOf(/^deferred:/), own: bytesOf(/^(shared|cloudfunctions)\//) }
}

interface Budget {
  total: number
  evaluated: number
  own: number
}

/** These hold every source of meters, where the others hold one. */
const HOLD_EVERYTHING = new Set(['quotaBoard', 'watchQuotas'])

/** A function that makes cloud calls evaluates wx-server-sdk at once; the others must not. */
export function budgetFor(name: string, makesCloudCalls: boolean): Budget {
  const own = (HOLD_EVERYTHING.has(name) ? 180 : 60) * KB
  return makesCloudCalls
    ? { total: 1100 * KB, evaluated: 1100 * KB, own }
    : { total: 1250 * KB, evaluated: 130 * KB, own }
}

export function overBudget(weight: Weight, budget: Budget): boolean {
  return weight.total > budget.total || weight.evaluated > budget.evaluated || weight.own > budget.own
}

export function weightTable(rows: { weight: Weight; budget: Budget }[]): string {
  const cell = (bytes: number, limit: number) =>
    `${(bytes / KB).toFixed(1)} of ${limit / KB}${bytes > limit ? ' OVER' : ''}`.padEnd(20)
  const lines = rows.map(({ weight, budget }) =>
    [
      weight.name.padEnd(16),
      cell(weight.total, budget.total),
      cell(weight.evaluated, budget.evaluated),
      cell(weight.own, budget.own),
    ].join(''),
  )
  return [`${'function (KB)'.padEnd(16)}${'total'.padEnd(20)}${'evaluated'.padEnd(20)}own code`, ...lines].join('\n')
}
