import { Cron } from 'croner'
import type { Outcome, Runtime, Trigger } from './runtime'

export interface TimersOptions {
  runtime: Pick<Runtime, 'functionNames' | 'triggers' | 'invoke'>
  /** Called when a firing has ended. */
  onFired?: (functionName: string, outcome: Outcome) => void
}

/** The timers of all built functions. */
export interface Timers {
  /** Fires by the clock from now on. Throws for a trigger that WeChat would not take; then none runs. */
  start(): void
  /** Fires at once, whether started or not. Rejects when the function has no timer. */
  fire(functionName: string): Promise<Outcome>
  /**
   * When it is due next by the clock, but not before `after` (epoch ms). Throws when the function has no timer, or that one
   * will never fire again.
   */
  next(functionName: string, after?: number): Date
  /** After this nothing fires by the clock; what runs goes on. */
  stop(): void
}

/** WeChat's seven fields: second, minute, hour, day, month, week, year. */
const FIELDS = 7
const WEEK = 5
const FIELD = /^(?:[\d,*/-]|\b(?:MON|TUE|WED|THU|FRI|SAT|SUN|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b)+$/i

/** Fires built functions as the platform's timer does: by its cron, in its time zone, even while one still runs. */
export function openTimers({ runtime, onFired }: TimersOptions): Timers {
  let running: Cron[] = []

  const triggerOf = (functionName: string) => {
    const [trigger] = runtime.triggers(functionName)
    if (!trigger) throw new Error(`${functionName} has no timer in its config.json`)
    return trigger
  }
  const fire = async (functionName: string, { name: triggerName }: Trigger) => {
    const outcome = await runtime.invoke(functionName, undefined, { kind: 'timer', triggerName })
    onFired?.(functionName, outcome)
    return outcome
  }
  const stop = () => {
    for (const job of running.splice(0)) job.stop()
  }

  return {
    start() {
      stop()
      const timed = runtime.functionNames().flatMap(name => runtime.triggers(name).map(trigger => ({ name, trigger })))
      // All parsed first, so that a bad one leaves none running.
      const jobs = timed.map(one => ({ ...one, job: cron(one.trigger.config) }))
      running = jobs.map(({ name, trigger, job }) => job.schedule(() => void fire(name, trigger)))
    },
    fire: async functionName => fire(functionName, triggerOf(functionName)),
    next(functionName, after = 0) {
      const { config } = triggerOf(functionName)
      const next = cron(config).nextRun(new Date(Math.max(Date.now(), after - 1)))
      if (!next) throw new Error(`The timer ${config} of ${functionName} will never fire again`)
      return next
    },
    stop,
  }
}

/** A trigger's cron as WeChat understands it: China's time, day and week either of them. Throws for anything else. */
function cron(config: string): Cron {
  const fields = config.trim().split(/\s+/)
  if (fields.length !== FIELDS || !fields.every(field => FIELD.test(field))) {
    throw new Error(`Not a timer of WeChat's seven fields (sec min hour day month week year): ${config}`)
  }
  if (/\d/.test(fields[WEEK] ?? '')) {
    throw new Error(`Weekdays need names, MON to SUN, because WeChat's documents number them in two ways: ${config}`)
  }
  return new Cron(config, {
    mode: '7-part',
    timezone: 'Asia/Shanghai',
    domAndDow: false,
    sloppyRanges: true,
    unref: true,
  })
}
