import type { Call } from '../../call'
import type { Reading } from '../../meter/reading'
import { readPartnerCredit } from '../partnerCredit'
import { noSuchMeter } from './noSuchMeter'
import type { Source } from './source'

const KEY = 'consumption-quota'

/** What each way of proving who calls needs. */
const WAYS = [
  ['HUAWEI_ACCESS_KEY', 'HUAWEI_SECRET_KEY'],
  ['HUAWEI_AUTH_TOKEN'],
  ['HUAWEI_IAM_USER', 'HUAWEI_IAM_PASSWORD', 'HUAWEI_IAM_DOMAIN'],
]

/** The partner's consumption quota, by one call. */
export const partnerCredit: Source = {
  intervalMinutes: 10,
  variables: {
    secret: [
      'HUAWEI_ACCESS_KEY',
      'HUAWEI_SECRET_KEY',
      'HUAWEI_SECURITY_TOKEN',
      'HUAWEI_AUTH_TOKEN',
      'HUAWEI_IAM_PASSWORD',
    ],
    plain: ['HUAWEI_IAM_USER', 'HUAWEI_IAM_DOMAIN'],
  },
  isConfigured: environment => WAYS.some(names => names.every(name => environment.get(name) !== undefined)),

  async *read({ mayRequest }, call) {
    if (mayRequest(0)) yield { readings: [await readOnly(call)] }
  },

  async readOne(key, _options, call) {
    if (key !== KEY) throw noSuchMeter()
    return readOnly(call)
  },
}

async function readOnly(call: Call): Promise<Reading> {
  const at = call.clock.now()
  const { remaining, consumptionQuota, currency } = await readPartnerCredit(call)
  return {
    key: KEY,
    at,
    title: { zh: '伙伴消费额度', en: 'Partner consumption quota' },
    kind: 'credit',
    unit: currency,
    value: remaining,
    limit: consumptionQuota,
    standing: 'current',
    period: null,
    resetsAt: null,
    returned: null,
  }
}
