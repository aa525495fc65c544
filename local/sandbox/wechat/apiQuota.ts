import { apiUsage } from '../business/apiUsage'
import { Refusal } from '../upstream'
import type { Caller } from './tokens'

interface Api {
  /** Whose token it takes: anyone's, or only a service provider's on behalf of an app. */
  owner: 'app' | 'service provider'
  dailyLimit: number
  perMinute: number
}

/** The APIs with a quota, all made up. */
const apis = new Map<unknown, Api>([
  ['/cgi-bin/express/business/quota/get', { owner: 'app', dailyLimit: 50_000, perMinute: 3_000 }],
  ['/cgi-bin/express/business/account/getall', { owner: 'app', dailyLimit: 50_000, perMinute: 3_000 }],
  ['/wxa/queryquota', { owner: 'service provider', dailyLimit: 1_000, perMinute: 600 }],
])

/** POST /cgi-bin/openapi/quota/get. Source: getApiQuota. Throws 76021 and 76022. */
export function apiQuota({ cgi_path: path }: Record<string, unknown>, caller: Caller, now: number) {
  const api = apis.get(path)
  if (typeof path !== 'string' || !api) throw new Refusal('76021', 'cgi_path not found, please check')
  if (api.owner === 'service provider' && caller === 'app') {
    throw new Refusal('76022', 'could not use this cgi_path, no permission')
  }
  const { dailyLimit, used } = apiUsage(path, api.dailyLimit, now)
  const rate = { call_count: api.perMinute, refresh_second: 60 }
  return {
    errcode: 0,
    errmsg: 'ok',
    quota: { daily_limit: dailyLimit, used, remain: dailyLimit - used },
    rate_limit: rate,
    component_rate_limit: rate,
  }
}
