/**
 * The launcher: the program of a function instance, as SCF's own is. Compiled to one plain file, because a cold start
 * must not pay for a TypeScript loader; so it imports nothing but node and types.
 */
import type { Writable } from 'node:stream'
import { inspect } from 'node:util'
import type { ContextFields, ErrorReport, InstanceMessage, InvokeMessage } from './protocol'

interface FunctionModule {
  main?: (event: unknown, context: unknown) => unknown
}

const entry = process.argv[2] ?? ''
const channel = process.send?.bind(process)
// On the platform a function has no channel to speak on.
delete process.send

let variableNames: string[] = []

// SIGKILL, because the function's own exit handlers could hold up process.exit().
const die = () => process.kill(process.pid, 'SIGKILL')
process.on('disconnect', die)
process.on('message', (message: InvokeMessage) => {
  void invoke(message)
})
// Unhandled rejections come here too.
process.on('uncaughtException', error => {
  console.error(error)
  void tell({ kind: 'crashed', error: reportOf(error) })
    .then(() => flushed(process.stderr))
    .then(die)
})

async function invoke({ event, variables, context }: InvokeMessage): Promise<void> {
  setVariables(variables)
  const reply = await run(event, context)
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  await tell(reply)
}

async function run(event: string, fields: ContextFields): Promise<InstanceMessage> {
  try {
    const loaded = require(entry) as FunctionModule
    if (typeof loaded.main !== 'function') throw new Error('index.js exports no function named main')
    // Awaited, because a main that never yields would keep the message back.
    await tell({ kind: 'started' })
    return { kind: 'returned', json: jsonOf(await loaded.main(JSON.parse(event), contextOf(fields))) }
  } catch (error) {
    return { kind: 'threw', error: reportOf(error) }
  }
}

function setVariables(variables: Record<string, string>): void {
  for (const name of variableNames) delete process.env[name]
  Object.assign(process.env, variables)
  variableNames = Object.keys(variables)
}

function contextOf(fields: ContextFields): object {
  const endsAt = performance.now() + fields.time_limit_in_ms
  const variables = variableNames.map(name => [name, process.env[name] ?? ''] as const)
  return {
    ...fields,
    function_version: '$LATEST',
    callbackWaitsForEmptyEventLoop: true,
    // The old and the new form of the same; wx-server-sdk reads both.
    environ: variables.map(([name, value]) => `${name}=${value}`).join(';'),
    environment: JSON.stringify(Object.fromEntries(variables)),
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
  }
}

function jsonOf(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null'
  } catch (error) {
    throw new Error(`the function's result is not JSON: ${reportOf(error).message}`, { cause: error })
  }
}

function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { message: typeof error === 'string' ? error : inspect(error) }
  return error.stack === undefined ? { message: error.message } : { message: error.message, stack: error.stack }
}

/** A stream that is full writes later, and the log must not end after the answer. */
async function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>(resolve => stream.write('', () => resolve()))
}

function tell(message: InstanceMessage): Promise<void> {
  return new Promise(resolve => {
    if (channel) channel(message, () => resolve())
  })
}
