import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { builtFunction, makeBed } from '../../local/bed'
import { type Figure, TIMER } from './figures'

const MEMBERS = 1000
const RECORDS = 1_000_000
const PER_SECOND = 15

interface Outcome {
  ms: number
  peakRssMb: number
  invocations: number
  parts: unknown[]
}

/** All members at the documented limit of 20 requests a second. */
export async function manyMembers(): Promise<Figure[]> {
  const bed = await makeBed({
    scale: { members: MEMBERS },
    environment: { TENCENT_REQUESTS_PER_SECOND: String(PER_SECOND) },
  })
  try {
    const event = { action: 'memberBalances', all: true }
    const { ms, parts } = await run(event, 60_000, bed.variables('tencentBilling', TIMER))
    const members = (parts as { members: { memberUin: string }[] }[]).flatMap(part => part.members)
    const distinct = new Set(members.map(member => member.memberUin)).size
    const { calls, counts } = bed.cloud.sandbox
    // Of the calls themselves only the latest are kept.
    const requests = counts.get('DescribeOrgMemberAccountBalance') ?? 0
    const rejected = calls.filter(call => call.code === 'RequestLimitExceeded').length
    const ideal = (requests / PER_SECOND) * 1000
    return [
      { name: `${MEMBERS} members: wall time ÷ (requests ÷ pace)`, value: ms / ideal, limit: 1.05, unit: '' },
      { name: `${MEMBERS} members: requests`, value: requests, limit: MEMBERS / 10, unit: '' },
      {
        name: `${MEMBERS} members: rejected by the rate limit`,
        value: rejected,
        limit: 0,
        unit: '',
      },
      {
        name: `${MEMBERS} members: lost or twice`,
        value: Math.abs(MEMBERS - distinct) + (members.length - distinct),
        limit: 0,
        unit: '',
      },
    ]
  } finally {
    await bed.close()
  }
}

/** A million records of one month summed up, with neither pace nor limit in the way. */
export async function manyRecords(): Promise<Figure[]> {
  const bed = await makeBed({
    scale: { usageRecordsPerMonth: RECORDS },
    upstreamLimits: { tencentPerSecond: 1_000_000 },
    environment: { TENCENT_REQUESTS_PER_SECOND: '1000' },
  })
  try {
    const event = { action: 'usageDetail', startTime: '20261001', endTime: '20261031', summarize: true }
    const { ms, peakRssMb, invocations, parts } = await run(event, 20_000, bed.variables('tencentBilling', TIMER))
    const { summary } = parts.at(-1) as { summary: { records: number }[] }
    const records = summary.reduce((sum, each) => sum + each.records, 0)
    console.error(`  ${records} records in ${invocations} invocations of 20 s, ${(ms / 1000).toFixed(1)} s in all`)
    return [
      { name: `${RECORDS} records: peak RSS`, value: peakRssMb, limit: 160, unit: 'MB' },
      { name: `${RECORDS} records: lost or twice`, value: Math.abs(RECORDS - records), limit: 0, unit: '' },
    ]
  } finally {
    await bed.close()
  }
}

/** Calls tencentBilling in a process of its own until the answer is whole. */
function run(event: object, timeLimitMs: number, variables: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const args = [builtFunction('tencentBilling'), JSON.stringify(event), String(timeLimitMs)]
    const child = spawn(process.execPath, [join(__dirname, 'untilWhole.cjs'), ...args], {
      env: variables,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    let outcome: Outcome | undefined
    child.once('message', message => {
      outcome = message as Outcome
    })
    child.once('error', reject)
    child.once('exit', code => (outcome ? resolve(outcome) : reject(new Error(`tencentBilling ended with ${code}`))))
  })
}
