const BOM = '\uFEFF'
const PLAIN_DECIMAL = /^-?\d+(\.\d+)?$/
/** Full-width signs begin a formula, too, where people type them. */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/
/** Of what may be taken for a number, an amount of money, a date or a time. */
const NUMERIC = /^[\s(.$¥￥]*[\d０-９]/

/**
 * CSV that a spreadsheet opens as it is meant: UTF-8 with BOM, CRLF after every row, and no cell that it would take for
 * a formula: text that begins like one gets an apostrophe, plain decimal numbers stay.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return BOM + rows.map(csvRow).join('')
}

/**
 * A cell that is text whatever it looks like: one that begins like a number or a formula gets an apostrophe, so that no
 * spreadsheet takes 007 for 7, 1-2 for a date, or keeps only 15 digits of a longer key.
 */
export function csvText(text: string): string {
  return FORMULA.test(text) || NUMERIC.test(text) ? `'${text}` : text
}

/** One row with its line end. */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

function cell(text: string): string {
  const harmless = FORMULA.test(text) && !PLAIN_DECIMAL.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
