import type { Route } from '../http/server'
import type { UpstreamReply } from './upstream'

/** One call that reached an API. Without `status`, a fault left it unanswered. */
export interface SandboxCall {
  api: string
  at: number
  status?: number
  /** The upstream's error code, when it refused. */
  code?: string
}

/** Kept in full; older calls are only counted, or a benchmark of a million would fill the memory. */
const KEPT = 1_000

const SECOND = 1_000

/** What the sandbox was asked, and what it said. */
export class CallLog {
  readonly counts = new Map<string, number>()
  readonly peaks = new Map<string, number>()
  /** When each API was called within the last second. */
  private readonly recent = new Map<string, number[]>()
  private kept: SandboxCall[] = []

  constructor(private readonly now: () => number) {}

  /** The latest calls, oldest first. */
  get latest(): readonly SandboxCall[] {
    return this.kept.slice(-KEPT)
  }

  /** Notes a call of this route, and what it will be answered. */
  follow(route: Route): Route {
    const call: SandboxCall = { api: route.api, at: this.now() }
    this.count(call)
    this.kept.push(call)
    if (this.kept.length >= 2 * KEPT) this.kept = this.kept.slice(-KEPT)
    const noted = (reply: UpstreamReply) => {
      call.status = reply.status
      if (reply.code !== undefined) call.code = reply.code
      return reply
    }
    return {
      api: route.api,
      answer: async () => noted(await route.answer()),
      refuse: (code, message) => noted(route.refuse(code, message)),
      hollow: () => noted(route.hollow()),
    }
  }

  private count({ api, at }: SandboxCall): void {
    this.counts.set(api, (this.counts.get(api) ?? 0) + 1)
    const recent = this.recent.get(api) ?? []
    while (recent[0] !== undefined && recent[0] <= at - SECOND) recent.shift()
    recent.push(at)
    this.recent.set(api, recent)
    this.peaks.set(api, Math.max(recent.length, this.peaks.get(api) ?? 0))
  }
}
