import * as v from 'valibot'

/** Epoch milliseconds. */
export const instant = v.pipe(v.number(), v.safeInteger())

/** How many there are. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** An exact amount, of those that meter/decimal.ts reckons with: never a number, which would be rounded. */
export const decimal = v.pipe(v.string(), v.regex(/^-?\d{1,100}(\.\d{1,100})?$/))
