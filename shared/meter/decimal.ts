interface Scaled {
  /** The value times 10 to the power of `scale`. */
  units: bigint
  /** Digits after the point. */
  scale: number
}

/** Longer ones are no amounts. */
const DECIMAL = /^(-?)(\d{1,100})(?:\.(\d{1,100}))?$/
/** A double holds any decimal number of so many significant digits exactly enough to give it back. */
const EXACT_DIGITS = 15

/** The number written in plain decimal digits, as `-12.30`; undefined for anything else, exponents included. */
export function parseDecimal(decimal: string): Scaled | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(decimal) ?? []
  if (whole === undefined) return undefined
  const magnitude = BigInt(whole + fraction)
  return { units: sign ? -magnitude : magnitude, scale: fraction.length }
}

/**
 * An amount in hundredths as a decimal in the currency's unit: 36365911 → `363659.11`. A fraction of a cent keeps its
 * digits: 12.5 → `0.125`. Undefined when the number cannot be exact: not finite, beyond 2^53, or of more than 15
 * significant digits with a fraction.
 */
export function decimalFromCents(cents: number): string | undefined {
  if (Number.isSafeInteger(cents)) return format({ units: BigInt(cents), scale: 2 })
  if (Number.isInteger(cents)) return undefined
  // Not written in plain digits: infinite, NaN, or below a millionth of a cent.
  const value = parseDecimal(String(cents))
  if (!value || significantDigits(value) > EXACT_DIGITS) return undefined
  return format({ units: value.units, scale: value.scale + 2 })
}

/** The sum, with the larger number of decimals. Throws RangeError for what is not a decimal. */
export function addDecimals(left: string, right: string): string {
  const [a, b, scale] = alignDecimals(left, right)
  return format({ units: a + b, scale })
}

/** `left` less `right`, with the larger number of decimals. Throws RangeError for what is not a decimal. */
export function subtractDecimals(left: string, right: string): string {
  const [a, b, scale] = alignDecimals(left, right)
  return format({ units: a - b, scale })
}

/** Negative, 0 or positive as `left` is less than, equal to or more than `right`; `10.1` equals `10.10`. */
export function compareDecimals(left: string, right: string): number {
  const [a, b] = alignDecimals(left, right)
  return a < b ? -1 : Number(a > b)
}

/** Whether both are the same amount, however many decimals they are written with. */
export function equalDecimals(left: string, right: string): boolean {
  return compareDecimals(left, right) === 0
}

/** `left` and `right` as integers of one scale, and that scale. Throws RangeError for what is not a decimal. */
export function alignDecimals(left: string, right: string): [bigint, bigint, number] {
  const a = needDecimal(left)
  const b = needDecimal(right)
  const scale = Math.max(a.scale, b.scale)
  return [rescale(a, scale), rescale(b, scale), scale]
}

function needDecimal(decimal: string): Scaled {
  const value = parseDecimal(decimal)
  if (value === undefined) throw new RangeError('not a decimal number')
  return value
}

function rescale({ units, scale }: Scaled, to: number): bigint {
  return units * 10n ** BigInt(to - scale)
}

function format({ units, scale }: Scaled): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

function significantDigits({ units }: Scaled): number {
  return String(units < 0n ? -units : units).length
}
