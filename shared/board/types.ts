import type { ErrorBody } from '../call/errorBody'
import type { DaySummary } from '../meter/daySummary'
import type { Kind, Level, Standing } from '../meter/reading'

/*
 * What travels between the Mini Program and `quotaBoard`: the inputs without their `action`, and the answers. Instants
 * are epoch ms, days Shanghai's as yyyymmdd, amounts exact decimal strings in the meter's unit, texts in the language of
 * the function. The Mini Program's compiler reads this file: it must not lead to a module of Node.
 */

/** Of PROVIDERS, spelled out. */
export type ProviderName = 'waybill' | 'codeAudit' | 'memberBalance' | 'esignUsage' | 'partnerCredit' | 'apiAllowance'

export type Role = 'admin' | 'viewer'

/** An instant and the value then. */
export type Point = [at: number, value: string]

/** How many meters per level, and per standing other than `current`. */
export type MeterCounts = Partial<Record<Level | Exclude<Standing, 'current'>, number>>

export interface Notice {
  code: string
  message: string
}

export interface MeterInfo {
  id: string
  provider: string
  connection: string
  key: string
  title: string
  kind: Kind
  /** What is counted; of money the currency. */
  unit: string
  /** The last one known; null when there has been none. */
  value: string | null
  limit: string | null
}

export interface BoardMeter extends MeterInfo {
  standing: Standing
  /** Null for a meter that no level can be told of, a `stale` one among them. */
  level: Level | null
  /** Thousandths of the whole that are left; null where that cannot be said. */
  left: number | null
  resetsAt: number | null
  /** At which the value was last known to hold; null when it never was. */
  asOf: number | null
  /** Since when the upstream no longer names it. */
  missingSince: number | null
  /** The newest points, oldest first; fewer where names are so long that the page would grow too large. */
  recent: Point[]
}

export interface BoardInput {
  provider?: ProviderName | undefined
  level?: Level | undefined
  standing?: Standing | undefined
  /** Part of a key or a title, in either case. */
  text?: string | undefined
  /** From 0. */
  page?: number | undefined
}

export interface BoardOutput {
  /** Most urgent first. */
  meters: BoardMeter[]
  /** How many match on all pages, as of the last rounds; absent for a text: nobody has counted those. */
  total?: number
  page: number
  hasMore: boolean
  /** Of the provider that was asked for, as of the last rounds. */
  counts: MeterCounts
  /** Of every provider that has connections, whatever was asked for. */
  providers: Record<string, MeterCounts>
  /** When a connection last completed a round; null before the first. */
  lastSweepAt: number | null
  /** Why the board is less than it should be; empty when all is well. */
  degraded: Notice[]
  /** Those that the page's meters belong to. */
  connections: { id: string; provider: string; name: string; failure: Notice | null; completeAt: number | null }[]
}

export interface RangeInput {
  meter: string
  /** Both ends are included. */
  from: string
  to: string
}

export interface HistoryDay extends Omit<DaySummary, 'count'> {
  day: string
}

export interface HistoryOutput {
  meter: MeterInfo
  /** At most 500, of the days that still have points; peaks survive. */
  points: Point[]
  /** Those on which it was read, in order. */
  days: HistoryDay[]
}

export interface RefreshInput {
  meter: string
}

export interface RefreshOutput {
  meter: BoardMeter
  /** False when it had been read just before; the meter is then as that left it. */
  refreshed: boolean
}

export interface ExportInput extends RangeInput {
  /** One row per day, or one per point. */
  rows: 'days' | 'points'
}

export interface ExportOutput {
  fileName: string
  /** UTF-8 with BOM and CRLF. */
  csv: string
  /** Without the header. */
  rows: number
  /** Whether the range did not fit into one answer. */
  partial: boolean
  /** The day to go on from; only when partial. */
  next?: string
}

export interface ConnectionView {
  id: string
  provider: string
  name: string
  intervalMinutes: number
  enabled: boolean
  /** Whose credentials it reads with: those of the function's environment, or its own. */
  source: 'environment' | 'own'
  /** Names of the secret variables that are set; null when they cannot be opened with the present key. */
  secrets: string[] | null
  settings: Record<string, string>
  completeAt: number | null
  dueAt: number
  failures: number
  failure: Notice | null
  meters: number
  counts: MeterCounts
}

export interface ConnectionsOutput {
  connections: ConnectionView[]
  /** What a connection of each provider may set. */
  providers: { provider: ProviderName; intervalMinutes: number; secrets: string[]; settings: string[] }[]
}

export interface SaveConnectionInput {
  /** Absent for a new one. */
  id?: string | undefined
  provider: ProviderName
  name: string
  intervalMinutes?: number | undefined
  enabled?: boolean | undefined
  /** Replace those of the same name, the others are kept; an empty one is removed. */
  secrets?: Record<string, string> | undefined
  /** All of them. */
  settings?: Record<string, string> | undefined
}

export interface SaveConnectionOutput {
  connection: ConnectionView
}

export interface ConnectionInput {
  id: string
}

/** One that is saved, or one as it would be saved. */
export type TestConnectionInput = ConnectionInput | SaveConnectionInput

export type TestConnectionOutput =
  | {
      ok: true
      /** Of the first step; there are more when `hasMore`. */
      meters: number
      sample: { title: string; value: string | null; unit: string }[]
      hasMore: boolean
    }
  | { ok: false; error: ErrorBody }

export interface RemoveConnectionOutput {
  removed: { meters: number; days: number }
  /** Whether the next sweep makes it anew, because the environment still has its credentials. */
  returns: boolean
  message: string
}

export interface PageInput {
  /** From 0. */
  page?: number | undefined
}

export interface MembersOutput {
  /** By OPENID; `addedAt` is null for those that were entered by hand. */
  members: { openid: string; role: Role; addedAt: number | null }[]
  page: number
  hasMore: boolean
}

export interface SaveMemberInput {
  openid: string
  /** `none` removes. */
  role: Role | 'none'
}

export interface SaveMemberOutput {
  openid: string
  role: Role | 'none'
}

export interface RunView {
  id: string
  startedAt: number
  endedAt: number
  connections: {
    id: string
    outcome: 'complete' | 'continues' | 'failed'
    readings: number
    changed: number
    code: string | null
  }[]
  readings: number
  changed: number
  failed: number
  upstreamCalls: number
  databaseReads: number
  databaseWrites: number
  ms: number
  degraded: Notice[]
}

export interface RunsOutput {
  /** Newest first. */
  runs: RunView[]
  page: number
  hasMore: boolean
}

export interface RemoveMyDataOutput {
  /** Whether there was a member of this OPENID. */
  removed: boolean
  message: string
}

/** What each action takes beside its name, and answers. */
export interface QuotaBoard {
  board: { input: BoardInput; output: BoardOutput }
  history: { input: RangeInput; output: HistoryOutput }
  refresh: { input: RefreshInput; output: RefreshOutput }
  export: { input: ExportInput; output: ExportOutput }
  connections: { input: object; output: ConnectionsOutput }
  saveConnection: { input: SaveConnectionInput; output: SaveConnectionOutput }
  testConnection: { input: TestConnectionInput; output: TestConnectionOutput }
  removeConnection: { input: ConnectionInput; output: RemoveConnectionOutput }
  members: { input: PageInput; output: MembersOutput }
  saveMember: { input: SaveMemberInput; output: SaveMemberOutput }
  runs: { input: PageInput; output: RunsOutput }
  removeMyData: { input: object; output: RemoveMyDataOutput }
}
