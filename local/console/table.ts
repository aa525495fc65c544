import Table from 'cli-table3'
import colors from 'picocolors'
import type { BoardMeter } from './board'
import type { Language } from './language'
import { providerName, stateName, unitName } from './words'

const HEADS = {
  zh: ['状态', '来源', '额度', '剩余', '已用', '上限', '单位'],
  en: ['State', 'Provider', 'Meter', 'Left', 'Used', 'Limit', 'Unit'],
}

const COLOURS: Record<string, (text: string) => string> = {
  exhausted: colors.red,
  critical: colors.red,
  failing: colors.red,
  low: colors.yellow,
  stale: colors.yellow,
  ok: colors.green,
}

/** The meters as a table for a terminal. */
export function meterTable(meters: readonly BoardMeter[], language: Language): string {
  const table = new Table({
    head: HEADS[language].map(colors.bold),
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'left'],
    // The library would colour a pipe, too.
    style: { head: [], border: [], compact: true },
  })
  for (const { provider, title, kind, unit, value, limit, standing, level } of meters) {
    const isUsage = kind === 'usage'
    table.push([
      state(level ?? standing, language),
      providerName(provider, language),
      title,
      isUsage ? '' : number(value),
      isUsage ? number(value) : '',
      number(limit),
      unitName(unit, language),
    ])
  }
  return table.toString()
}

/** With separators between thousands, and not a digit lost: the text is grouped, no number is computed. */
function number(value: string | null): string {
  if (value === null) return ''
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(value) ?? []
  return whole === '' ? value : `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction}`
}

function state(value: string, language: Language): string {
  return (COLOURS[value] ?? colors.dim)(stateName(value, language))
}
