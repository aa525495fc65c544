import type { Call } from '../../call'
import { dayAt, nextMonthStart } from '../../meter/day'
import type { Reading, Title } from '../../meter/reading'
import { readCodeAuditQuota } from '../codeAudit'
import { noSuchMeter } from './noSuchMeter'
import type { Source } from './source'

const TOKEN = 'WECHAT_AUTHORIZER_ACCESS_TOKEN'

/** The service provider's code audits and speed-ups of the month, by one call. */
export const codeAudit: Source = {
  intervalMinutes: 60,
  variables: { secret: [TOKEN], plain: [] },
  isConfigured: environment => environment.get(TOKEN) !== undefined,

  async *read({ mayRequest }, call) {
    if (mayRequest(0)) yield { readings: await readBoth(call) }
  },

  async readOne(key, _options, call) {
    if (key !== 'audits' && key !== 'speedups') throw noSuchMeter()
    const [audits, speedups] = await readBoth(call)
    return key === 'audits' ? audits : speedups
  },
}

async function readBoth(call: Call): Promise<[Reading, Reading]> {
  const now = call.clock.now()
  const { rest, limit, speedupRest, speedupLimit } = await readCodeAuditQuota(undefined, call)
  return [
    readingOf('audits', { zh: '代码审核次数', en: 'Code audits' }, rest, limit, now),
    readingOf('speedups', { zh: '加急审核次数', en: 'Audit speed-ups' }, speedupRest, speedupLimit, now),
  ]
}

function readingOf(key: 'audits' | 'speedups', title: Title, rest: number, limit: number, now: number): Reading {
  // Granted one by one: whoever has audits may never have been given speed-ups, and has not used them up.
  const isGranted = rest + limit > 0
  return {
    key,
    at: now,
    title,
    kind: 'allowance',
    unit: key,
    value: isGranted ? String(rest) : null,
    limit: isGranted ? String(limit) : null,
    standing: isGranted ? 'current' : 'not-granted',
    period: dayAt(now).slice(0, 6),
    resetsAt: nextMonthStart(now),
    returned: null,
  }
}
