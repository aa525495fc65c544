/** What can go wrong between a client and an upstream. */
export type Fault =
  /** An HTTP status with an HTML page instead of an answer. */
  | { kind: 'status'; status: number }
  /** An HTML page under status 200. */
  | { kind: 'html' }
  /** Well-formed JSON without the object that is promised. */
  | { kind: 'hollow' }
  /** Half the body, then the connection ends. */
  | { kind: 'cut' }
  /** No answer, ever. */
  | { kind: 'hang' }
  /** A TCP reset instead of an answer. */
  | { kind: 'reset' }
  /** The request is carried out, then a TCP reset instead of its answer: it succeeded, and the client cannot know. */
  | { kind: 'lost' }
  /** The right answer, after a while. */
  | { kind: 'late'; ms: number }
  /** One of the API's documented errors, in its own format. */
  | { kind: 'error'; code: string; message?: string }

/** Which API fails how, and how many times. Faults for one API are used up in the order they were added. */
export class FaultPlan {
  private readonly queues = new Map<string, { fault: Fault; left: number }[]>()

  add(api: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    const queue = this.queues.get(api) ?? []
    queue.push({ fault, left: times })
    this.queues.set(api, queue)
  }

  clear(): void {
    this.queues.clear()
  }

  /** The fault that the next call of this API meets, if any; uses one up. */
  take(api: string): Fault | undefined {
    const queue = this.queues.get(api)
    const next = queue?.[0]
    if (!queue || !next) return undefined
    next.left -= 1
    if (next.left <= 0) queue.shift()
    return next.fault
  }
}
