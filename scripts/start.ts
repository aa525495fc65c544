import { once } from 'node:events'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LOCAL_ADMIN, startLocalCloud } from '../local/cloud'
import { readBoard } from '../local/console/board'
import type { Envelope, Invoke } from '../local/console/envelope'
import { type Language, terminalLanguage } from '../local/console/language'
import { nextSweep } from '../local/console/nextSweep'
import { hasFailed, type SweepAnswer, sweepAnswer } from '../local/console/sweepAnswer'
import { sweepLine } from '../local/console/sweepLine'
import { meterTable } from '../local/console/table'
import { buildAll } from './build'
import { endOnClosedPipe } from './closedPipe'

const root = join(__dirname, '..')

const TEXTS = {
  zh: {
    sandbox: '沙箱数据（模拟的上游，不是真实账户）',
    more: (count: number) => `另有 ${count} 个额度未列出`,
    next: '下次巡检',
    gateway: '云网关  ',
    upstreams: '沙箱上游',
    log: '函数日志',
    stop: '按 Ctrl+C 停止。调用函数：npm run call -- getQuota',
  },
  en: {
    sandbox: 'Sandbox data (simulated upstreams, no real accounts)',
    more: (count: number) => `and ${count} more`,
    next: 'next sweep  ',
    gateway: 'gateway     ',
    upstreams: 'upstreams   ',
    log: 'function log',
    stop: 'Ctrl+C stops it. To call a function: npm run call -- getQuota',
  },
}

const SWEEP = 'watchQuotas'
/** A terminal shows what needs attention first, not everything. */
const MOST_METERS = 40
/** What the README advises; WeChat's own default is 3 s. */
const SWEEP_TIMEOUT_MS = 60_000

/**
 * `npm start`: builds, starts the local cloud, sweeps, shows the board, and stays up with its timers running unless told
 * `--once`. `--data DIR` keeps the database elsewhere.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { once: { type: 'boolean', default: false }, data: { type: 'string', default: join(root, '.yuliang') } },
  })
  const logFile = join(values.data, 'functions.log')
  const language = terminalLanguage(process.env)
  const texts = TEXTS[language]
  await buildAll()
  mkdirSync(values.data, { recursive: true })
  const log = await openLog(logFile)
  const cloud = await startLocalCloud({
    root,
    dataDirectory: join(values.data, 'database'),
    environment: { YULIANG_LANGUAGE: language },
    perFunction: { [SWEEP]: { timeoutMs: SWEEP_TIMEOUT_MS } },
    timers: !values.once,
    onFired: (name, outcome) => name === SWEEP && saySweep(sweepAnswer(outcome), language),
    onLog: ({ line }) => log.write(`${line}\n`),
  })
  const stop = async () => {
    await cloud.close()
    log.end()
  }

  const invoke: Invoke = async <Data>(name: string, input: object) => {
    const outcome = await cloud.runtime.invoke(name, input, { kind: 'client', openid: LOCAL_ADMIN })
    if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`)
    // The functions' contract; the console reads only what it names.
    return outcome.result as Envelope<Data>
  }
  const answer = sweepAnswer(await cloud.timers.fire(SWEEP))
  const { meters, more, problems } = await readBoard(invoke, MOST_METERS)
  console.log(`\n${meterTable(meters, language)}`)
  if (more > 0) console.log(texts.more(more))
  console.log(texts.sandbox)
  for (const problem of problems) console.error(problem)
  if (values.once) {
    if (problems.length > 0 || hasFailed(answer)) process.exitCode = 1
    return stop()
  }
  const next = nextSweep(cloud, SWEEP).toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai' })
  console.log(`\n${texts.next}  ${next}`)
  console.log(`${texts.gateway}  ${cloud.gateway.url}`)
  console.log(`${texts.upstreams}  ${cloud.sandbox.url}`)
  console.log(`${texts.log}  ${logFile}\n\n${texts.stop}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
}

/** One line per sweep; what it answers instead of a record, too. */
function saySweep(answer: SweepAnswer, language: Language): void {
  if (answer.ok) console.log(sweepLine(answer.data, language))
  else console.error(`${SWEEP}: ${answer.error.code} ${answer.error.message}`)
}

/** Throws when it cannot be opened; what fails later is said, once. */
async function openLog(path: string): Promise<WriteStream> {
  const log = createWriteStream(path, { flags: 'a' })
  const say = (error: unknown) => {
    return `The function log cannot be written: ${error instanceof Error ? error.message : error}`
  }
  try {
    await once(log, 'open')
  } catch (error) {
    throw new Error(say(error))
  }
  let said = false
  log.on('error', error => {
    if (!said) console.error(say(error))
    said = true
  })
  return log
}

endOnClosedPipe()
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
