import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { builtFunction, makeBed } from '../../local/bed'
import { type Figure, median, TIMER } from './figures'
import { stderrTail } from './stderrTail'

const sample = (name: string) => join(__dirname, 'samples', `${name}.cjs`)

export interface Contest {
  name: string
  file: string
  event: object
  base: string
  baseEvent: object
}

/** A warm `main()` against the bare call, in turn in one process; the servers are in another one. */
export async function warm(): Promise<Figure[]> {
  // The pace is not what is measured here.
  const bed = await makeBed({
    upstreamLimits: { tencentPerSecond: 1_000_000 },
    environment: { TENCENT_REQUESTS_PER_SECOND: '10000' },
  })
  const { url, credentials } = bed.cloud.sandbox
  const members = { action: 'memberBalances', memberUins: ['700001941608'] }
  const audits = `${url}/wxa/queryquota?access_token=${credentials.wechat.authorizerAccessToken}`
  const credit = `${url}/v2/partners/credit/consumption-quota`
  const contests: Contest[] = [
    {
      name: 'getQuota',
      file: builtFunction('getQuota'),
      event: { deliveryId: 'YTO', bizId: 'xyz' },
      base: sample('cloudCall'),
      baseEvent: {},
    },
    {
      name: 'tencentBilling',
      file: builtFunction('tencentBilling'),
      event: members,
      base: sample('memberBalances'),
      baseEvent: {},
    },
    {
      name: 'queryQuota',
      file: builtFunction('queryQuota'),
      event: {},
      base: sample('builtInFetch'),
      baseEvent: { url: audits, headers: { 'x-sandbox-host': 'api.weixin.qq.com' } },
    },
    {
      name: 'huaweiCredit',
      file: builtFunction('huaweiCredit'),
      event: {},
      base: sample('builtInFetch'),
      baseEvent: {
        url: credit,
        headers: { 'x-sandbox-host': 'bss-intl.myhuaweicloud.com', 'x-auth-token': credentials.huawei.authToken },
      },
    },
  ]
  try {
    const figures: Figure[] = []
    for (const contest of contests) {
      const { ours, theirs } = await run(contest, bed.variables(contest.name, TIMER))
      figures.push({
        name: `warm ${contest.name} ÷ bare call`,
        value: median(ours) / median(theirs),
        limit: 1.25,
        unit: '',
      })
    }
    return figures
  } finally {
    await bed.close()
  }
}

function run(contest: Contest, variables: Record<string, string>): Promise<{ ours: number[]; theirs: number[] }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(__dirname, 'warmContest.cjs'), JSON.stringify(contest)], {
      env: variables,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const tail = stderrTail(child.stderr)
    let result: { ours: number[]; theirs: number[] } | undefined
    child.once('message', message => {
      result = message as typeof result
    })
    child.once('error', reject)
    child.once('close', code => {
      if (result) resolve(result)
      else reject(new Error(`${contest.name} ended with ${code}\n${tail()}`))
    })
  })
}
