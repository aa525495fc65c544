import { FaultPlan } from '../../local/http/faults'
import { type Exchange, type Reply, serve } from '../../local/http/server'

/** A local HTTP server in an upstream's place. */
export interface TestUpstream {
  url: string
  /** What came in, in order. */
  exchanges: Exchange[]
  /** Faults by path, for example `/wxa/queryquota`. */
  faults: FaultPlan
  close(): Promise<void>
}

/** Answers every request by `answer`, unless a fault is planned for its path. */
export async function startUpstream(answer: (exchange: Exchange) => Reply | Promise<Reply>): Promise<TestUpstream> {
  const exchanges: Exchange[] = []
  const faults = new FaultPlan()
  const server = await serve(
    exchange => {
      exchanges.push(exchange)
      return {
        api: exchange.url.pathname,
        answer: () => answer(exchange),
        refuse: (code, message) => json({ errcode: Number(code), errmsg: message }),
        hollow: () => json({}),
      }
    },
    { faults },
  )
  return { url: server.url, exchanges, faults, close: server.close }
}

/** A reply with this JSON; a string goes out as it is. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}
