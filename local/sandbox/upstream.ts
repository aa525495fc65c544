import type { Exchange, Reply, Route } from '../http/server'

/** How much business the sandbox simulates. */
export interface Scale {
  members: number
  usageRecordsPerMonth: number
  waybillAccounts: number
}

/** What every upstream shares: the clock, the size of the business, and request ids. */
export interface World {
  now(): number
  scale: Scale
  nextRequestId(): string
}

/** One of the five: finds the API that a request means. */
export type Upstream = (exchange: Exchange) => Route | Reply

export interface UpstreamReply extends Reply {
  /** The upstream's own error code: what the call log shows, since most of these answer 200 to everything. */
  code?: string
}

/** Thrown while answering: one of the API's error codes. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** How an upstream words its errors, and a success that lacks what it promises. */
export interface Format {
  refuse(code: string, message: string): UpstreamReply
  hollow(): UpstreamReply
}

/** A route whose work may throw a Refusal. */
export function routeOf(api: string, format: Format, work: () => UpstreamReply): Route {
  return {
    api,
    ...format,
    answer() {
      try {
        return work()
      } catch (error) {
        if (error instanceof Refusal) return format.refuse(error.code, error.message)
        throw error
      }
    },
  }
}
