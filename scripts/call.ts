import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LOCAL_ADMIN, startLocalCloud } from '../local/cloud'
import type { Caller } from '../local/runtime'
import { buildAll } from './build'
import { endOnClosedPipe } from './closedPipe'

const root = join(__dirname, '..')

const USAGE = `Usage: npm run call -- FUNCTION [INPUT] [--as client|timer|function] [--openid ID] [--data DIR]
  FUNCTION  getQuota, queryQuota, tencentBilling or huaweiCredit
  INPUT     a JSON value, {} when left out; for a timer it becomes the trigger's Message
  --as      who calls: client (default), timer, or another function
  --openid  the client's OPENID; ${LOCAL_ADMIN}, the local administrator, when left out
  --data    where the local database is; .yuliang, that of npm start, when left out
Prints the result envelope as JSON. The exit code is 0 for ok, 1 for an error, 2 for a wrong command line.`

/** `npm run call`: calls one built function in the local cloud. The result goes to stdout, logs go to stderr. */
async function main(): Promise<number> {
  const command = readCommand()
  if (command === undefined) {
    console.error(USAGE)
    return 2
  }
  await buildAll()
  const cloud = await startLocalCloud({
    root,
    dataDirectory: join(command.data, 'database'),
    environment: { YULIANG_LANGUAGE: process.env['YULIANG_LANGUAGE'] ?? 'zh' },
    onLog: ({ line }) => console.error(line),
  })
  try {
    const outcome = await cloud.runtime.invoke(command.name, command.event, command.caller)
    if (!outcome.ok) {
      console.error(`${outcome.code}: ${outcome.message}`)
      return 1
    }
    console.log(JSON.stringify(outcome.result, null, 2))
    return (outcome.result as { ok?: boolean } | null)?.ok === true ? 0 : 1
  } finally {
    await cloud.close()
  }
}

interface Command {
  name: string
  event: unknown
  caller: Caller
  data: string
}

function readCommand(): Command | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: {
        as: { type: 'string', default: 'client' },
        openid: { type: 'string', default: LOCAL_ADMIN },
        data: { type: 'string', default: join(root, '.yuliang') },
      },
      allowPositionals: true,
    })
    const [name, input = '{}', ...rest] = positionals
    const caller = callerOf(values.as, values.openid, input)
    if (name === undefined || rest.length > 0 || caller === undefined) return undefined
    return { name, event: JSON.parse(input), caller, data: values.data }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return undefined
  }
}

function callerOf(kind: string, openid: string, message: string): Caller | undefined {
  if (kind === 'client') return { kind, openid }
  if (kind === 'timer') return { kind, triggerName: 'call', message }
  // As if a function had called that a client had called.
  return kind === 'function' ? { kind, source: 'wx_client', openid } : undefined
}

endOnClosedPipe()
main().then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
