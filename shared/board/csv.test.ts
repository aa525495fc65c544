import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { csvOf, csvText } from './csv'

/** Strict: fields that need quotes have them, others have none, and every row ends with CRLF. */
function parse(csv: string): string[][] {
  if (!csv.startsWith('\uFEFF')) throw new Error('no BOM')
  const rows: string[][] = []
  let at = 1
  while (at < csv.length) {
    const row: string[] = []
    for (;;) {
      const [whole = '', quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(csv.slice(at)) ?? []
      row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
      at += whole.length
      if (csv[at] !== ',') break
      at += 1
    }
    if (csv.slice(at, at + 2) !== '\r\n') throw new Error(`no line end at ${at}`)
    at += 2
    rows.push(row)
  }
  return rows
}

const isFormula = (cell: string) => /^[=+\-@＝＋－＠\t\r\n]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell)
const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[=+\-@＝＋－＠\t\r"',\n ]{0,4}[a-z1 (]{0,5}$/),
  fc.stringMatching(/^-?\d{1,20}(\.\d{1,6})?$/),
)

describe('csvOf', () => {
  it('is read back as it was, apostrophes before formulas apart', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 8 }), rows => {
        expect(parse(csvOf(rows))).toEqual(rows.map(row => row.map(text => (isFormula(text) ? `'${text}` : text))))
      }),
    )
  })

  it('never holds a cell that a spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), row => {
        expect(
          parse(csvOf([row]))
            .flat()
            .filter(isFormula),
        ).toEqual([])
      }),
    )
  })

  it.each([
    '=1+1',
    '+86 138',
    '-',
    '-1e5',
    '-1,5',
    '@SUM(A1)',
    '\tx',
    '\r',
    '=cmd|"/C calc"!A0',
    '+5',
    '--1',
    '\n=1+1',
    '\n',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
  ])('takes the sting out of %j', text => expect(parse(csvOf([[text]]))).toEqual([[`'${text}`]]))

  it.each(['0', '-12.30', '363659.11', '123456789012345678901234567890', '', 'a=b', '1-2', 'E-sign'])(
    'leaves %j as it is',
    text => expect(csvOf([[text]])).toBe(`\uFEFF${text}\r\n`),
  )

  it('doubles quotes and keeps line ends inside a cell', () => {
    expect(csvOf([['a "b"', 'c\nd', 'e,f']])).toBe('\uFEFF"a ""b""","c\nd","e,f"\r\n')
  })
})

describe('csvText', () => {
  it.each([
    '007',
    '12345678901234567890',
    '900000000001',
    '-5',
    '1e5',
    '1-2',
    '3/4',
    ' 7',
    '.5',
    '$5',
    '(5)',
    '３',
    '=1',
    '＝1',
  ])('keeps %j text', text => expect(parse(csvOf([[csvText(text)]]))).toEqual([[`'${text}`]]))

  it.each(['', 'YTO/x', '/wxa/queryquota', '示例成员01', "'quoted"])('leaves %j as it is', text => {
    expect(csvText(text)).toBe(text)
  })

  it('never gives what a spreadsheet takes for a number or a formula', () => {
    fc.assert(
      fc.property(cell, text => {
        const [[read = ''] = []] = parse(csvOf([[csvText(text)]]))
        expect(read === text || read === `'${text}`).toBe(true)
        expect(read).not.toMatch(/^[\d=+\-@＝＋－＠\t\r\n]/)
      }),
    )
  })
})
