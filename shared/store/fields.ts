import * as v from 'valibot'

/** Epoch milliseconds. */
export const instant = v.pipe(v.number(), v.safeInteger())

/** How many there are. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** An exact amount, of those that meter/decimal.ts reckons with: never a number, which would be rounded. */
export const decimal = v.pipe(v.string(), v.regex(/^-?\d{1,100}(\.\d{1,100})?$/))

/** What one day was like; see meter/daySummary.ts. */
export const summaryEntries = {
  open: decimal,
  close: decimal,
  min: decimal,
  max: decimal,
  consumed: decimal,
  added: decimal,
  returned: decimal,
  count,
}
