/** How a quantity behaves: `balance` depletes and is topped up, `allowance` resets on a date, `credit` is a line whose used part may be negative, `usage` is a log of charges and returns. */
export type Kind = 'balance' | 'allowance' | 'credit' | 'usage'

/** What the upstream itself says about a reading. */
export type ReadStanding = 'current' | 'no-data' | 'not-applicable' | 'not-granted'

/** Whether the last reading can be believed; judged before the level. */
export type Standing = ReadStanding | 'failing' | 'stale'

/** Only of a meter in standing `current`. */
export type Level = 'ok' | 'low' | 'critical' | 'exhausted'

/** A name that a person knows. */
export interface Title {
  zh: string
  en: string
}

/** One meter as it was just read. Amounts are exact decimal strings. */
export interface Reading {
  /** Names the meter within its connection, for example `YTO/xyz`. */
  key: string
  /** When the upstream was asked, epoch ms: what it says is at least as new. */
  at: number
  title: Title
  kind: Kind
  /** What is counted: `waybills`, `audits`, `calls`, …; for money the ISO 4217 code of the currency. */
  unit: string
  /** What is left; of a `usage` what was used, net of returns. Null unless the standing is `current`. */
  value: string | null
  /** The most there can be, where the upstream names one. */
  limit: string | null
  standing: ReadStanding
  /** Of what starts anew: the month `202611` or the day `20261121` that the value belongs to. */
  period: string | null
  /** When the next period starts, epoch ms. */
  resetsAt: number | null
  /** Of a `usage`: what the period's returns gave back, a positive number. */
  returned: string | null
}
