/** What a log line may hold: names, codes and figures. Never secrets, tokens, names of people or titles. */
export type LogFields = Record<string, string | number | boolean | undefined>

/** Writes one line. */
export type Log = (event: string, fields: LogFields) => void

/** One JSON line per entry to the console, where the platform collects it. */
export function consoleLog(base: LogFields): Log {
  return (event, fields) => console.log(JSON.stringify({ event, ...base, ...fields }))
}
