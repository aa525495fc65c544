import type { Call, Language } from '../call'
import { text } from '../call'
import { timeAt } from '../meter/day'
import type { DayReadings } from '../store/readings'
import { csvOf, csvRow, csvText } from './csv'
import { readDays } from './days'
import { needMeter, type ShownMeter } from './meterView'
import type { ExportInput, ExportOutput } from './types'

/** Of the CSV as it travels in JSON, with room for the rest of the answer. */
const MOST_BYTES = 890_000

const HEADERS: Record<ExportInput['rows'], Record<Language, readonly string[]>> = {
  days: {
    zh: ['日期', '额度', '编号', '单位', '开始', '结束', '最低', '最高', '消耗', '充值', '退回'],
    en: ['Day', 'Meter', 'Key', 'Unit', 'Open', 'Close', 'Lowest', 'Highest', 'Consumed', 'Added', 'Returned'],
  },
  points: {
    zh: ['时间（北京时间）', '额度', '编号', '单位', '数值'],
    en: ['Time (Shanghai)', 'Meter', 'Key', 'Unit', 'Value'],
  },
}

/**
 * One meter's days or points as CSV, amounts exactly as stored. What does not fit into one answer is left for another,
 * from the day `next`. Throws NOT_FOUND for an unknown meter, UPSTREAM_UNAVAILABLE when the database cannot answer.
 */
export async function exportHistory(input: ExportInput, call: Call): Promise<ExportOutput> {
  const meter = await needMeter(input.meter, call)
  const days = await readDays(input, call)
  const naming = [csvText(meter.title[call.language]), csvText(meter.key), meter.unit]
  const header = csvOf([HEADERS[input.rows][call.language]])
  const parts: string[] = []
  let bytes = travelBytes(header)
  let rows = 0
  let next: string | undefined
  for (const day of days) {
    const dayRows = input.rows === 'days' ? [dayRow(day, naming)] : pointRows(day, naming)
    const part = dayRows.map(csvRow).join('')
    bytes += travelBytes(part)
    // A day is never split: one alone is always far smaller.
    if (bytes > MOST_BYTES && rows > 0) {
      next = day.day
      break
    }
    parts.push(part)
    rows += dayRows.length
  }
  const fileName = fileNameOf(meter, input, call)
  return { fileName, csv: header + parts.join(''), rows, partial: next !== undefined, ...(next && { next }) }
}

function dayRow({ day, open, close, min, max, consumed, added, returned }: DayReadings, naming: readonly string[]) {
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`
  return [date, ...naming, open, close, min, max, consumed, added, returned]
}

function pointRows({ points }: DayReadings, naming: readonly string[]): string[][] {
  return (points ?? []).map(([at, value]) => [timeAt(at), ...naming, value])
}

function fileNameOf({ title }: ShownMeter, { from, to, rows }: ExportInput, { language }: Call): string {
  const name = title[language].replace(/[\\/:*?"<>|\p{Cc}\s]+/gu, '-').slice(0, 60)
  const what = rows === 'days' ? text('每日', 'days') : text('明细', 'points')
  return `${name}-${what[language]}-${from}-${to}.csv`
}

/** Quotes and line ends take more room in JSON. */
function travelBytes(csv: string): number {
  return Buffer.byteLength(JSON.stringify(csv))
}
