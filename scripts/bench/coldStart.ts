import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Bed, builtFunction, makeBed } from '../../local/bed'
import { type Figure, median, TIMER } from './figures'
import { stderrTail } from './stderrTail'

const ROUNDS = 31
const DRIVER = join(__dirname, 'firstAnswer.cjs')
const sample = (name: string) => join(__dirname, 'samples', `${name}.cjs`)

interface Case {
  arguments: string[]
  variables: Record<string, string>
}

/** From the start of a process to its first answer, less what bare node takes, against the documented samples. */
export async function coldStart(): Promise<Figure[]> {
  const bed = await makeBed()
  try {
    const times = await measure(casesOn(bed), bed)
    for (const [name, all] of times) console.error(`  ${name.padEnd(22)} ${median(all).toFixed(1)} ms`)
    // Round by round, so that a machine whose speed drifts is fair to both.
    const nets = (name: string) => (times.get(name) ?? []).map((ms, round) => ms - (times.get('node')?.[round] ?? 0))
    const ratio = (name: string, base: string, limit: number): Figure => {
      const bases = nets(base)
      const value = median(nets(name).map((net, round) => net / (bases[round] ?? Number.NaN)))
      return { name: `cold start, ${name} ÷ ${base}`, value, limit, unit: '' }
    }
    return [
      ratio('getQuota', 'wx-server-sdk sample', 0.35),
      ratio('queryQuota', 'wx-server-sdk sample', 0.1),
      ratio('tencentBilling', 'tencentcloud sample', 0.1),
      ratio('huaweiCredit', 'wx-server-sdk sample', 0.1),
    ]
  } finally {
    await bed.close()
  }
}

function casesOn(bed: Bed): Map<string, Case> {
  const of = (functionName: string, file: string, input: object = {}): Case => {
    return { arguments: [file, JSON.stringify(input)], variables: bed.variables(functionName, TIMER) }
  }
  const members = { action: 'memberBalances', memberUins: ['700001941608'] }
  const account = { deliveryId: 'YTO', bizId: 'xyz' }
  return new Map([
    ['node', { arguments: [], variables: bed.variables('getQuota', TIMER) }],
    ['wx-server-sdk sample', of('getQuota', sample('cloudCall'))],
    ['tencentcloud sample', of('tencentBilling', sample('memberBalances'))],
    ['getQuota', of('getQuota', builtFunction('getQuota'), account)],
    ['queryQuota', of('queryQuota', builtFunction('queryQuota'))],
    ['tencentBilling', of('tencentBilling', builtFunction('tencentBilling'), members)],
    ['huaweiCredit', of('huaweiCredit', builtFunction('huaweiCredit'))],
  ])
}

/** In turn, A B C A B C …, so that a machine whose speed drifts is fair to all. The first round warms the disk. */
async function measure(cases: Map<string, Case>, bed: Bed): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>([...cases.keys()].map(name => [name, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, each] of cases) {
      await wake(bed)
      const ms = await run(each)
      if (round > 0) times.get(name)?.push(ms)
    }
  }
  return times
}

function run({ arguments: args, variables }: Case): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, [DRIVER, ...args], { env: variables, stdio: ['ignore', 'ignore', 'pipe'] })
    const tail = stderrTail(child.stderr)
    let ms = Number.NaN
    child.once('error', reject)
    child.once('exit', () => {
      ms = performance.now() - startedAt
    })
    // When its stderr has been read to the end, too.
    child.once('close', code => {
      if (code === 0) resolve(ms)
      else reject(new Error(`${args.join(' ')} ended with ${code}\n${tail()}`))
    })
  })
}

/** Real upstreams are awake: how long this machine takes to fetch ours back from idleness is not what is measured. */
async function wake({ cloud: { gateway, sandbox } }: Bed): Promise<void> {
  const { authorizerAccessToken } = sandbox.credentials.wechat
  const calls = [
    { host: 'api.weixin.qq.com', path: `/wxa/queryquota?access_token=${authorizerAccessToken}` },
    { host: 'bss-intl.myhuaweicloud.com', path: '/v2/partners/credit/consumption-quota' },
    { host: 'billing.intl.tencentcloudapi.com', path: '/' },
  ]
  for (const { host, path } of calls) {
    const headers = { 'x-sandbox-host': host, 'x-auth-token': sandbox.credentials.huawei.authToken }
    await (await fetch(sandbox.url + path, { headers })).text()
  }
  await (await fetch(gateway.url, { method: 'POST', body: '{}' })).text()
}
