import Table from 'cli-table3'
import colors from 'picocolors'
import type { Language } from './language'
import type { MeterRow, Standing } from './meters'

const HEADS = {
  zh: ['来源', '计量', '剩余', '已用', '上限', '单位', '状态'],
  en: ['Provider', 'Meter', 'Remaining', 'Used', 'Limit', 'Unit', 'Standing'],
}

const STANDINGS: Record<Language, Record<Standing, string>> = {
  zh: {
    current: '正常读取',
    'not-applicable': '不适用',
    'not-granted': '未授予',
    'no-data': '无数据',
    failing: '读取失败',
  },
  en: {
    current: 'current',
    'not-applicable': 'not applicable',
    'not-granted': 'not granted',
    'no-data': 'no data',
    failing: 'failing',
  },
}

/** The meters as a table for a terminal. */
export function meterTable(rows: readonly MeterRow[], language: Language): string {
  const table = new Table({
    head: HEADS[language].map(colors.bold),
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left', 'left'],
    // The library would colour a pipe, too.
    style: { head: [], border: [], compact: true },
  })
  let provider: string | undefined
  for (const row of rows) {
    table.push([
      row.provider === provider ? '' : row.provider,
      row.meter,
      number(row.remaining),
      number(row.used),
      number(row.limit),
      row.unit,
      standing(row.standing, language),
    ])
    provider = row.provider
  }
  return table.toString()
}

/** With separators between thousands, and not a digit lost: the text is grouped, no number is computed. */
function number(value: string | number | undefined): string {
  if (value === undefined) return ''
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(String(value)) ?? []
  if (whole === '') return String(value)
  const text = `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction}`
  return sign || /^0(\.0+)?$/.test(`${whole}${fraction}`) ? colors.red(text) : text
}

function standing(value: Standing, language: Language): string {
  const word = STANDINGS[language][value]
  if (value === 'failing') return colors.red(word)
  return value === 'current' ? colors.green(word) : colors.dim(word)
}
