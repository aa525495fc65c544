const BOM = '\uFEFF'
const PLAIN_DECIMAL = /^-?\d+(\.\d+)?$/

/**
 * CSV that a spreadsheet opens as it is meant: UTF-8 with BOM, CRLF after every row, and no cell that it would take for
 * a formula: text that begins like one gets an apostrophe, plain decimal numbers stay.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return BOM + rows.map(csvRow).join('')
}

/** One row with its line end. */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && !PLAIN_DECIMAL.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
