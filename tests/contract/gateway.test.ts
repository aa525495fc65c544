import { startGateway } from '../../local/gateway'
import { Sessions } from '../../local/sessions'
import { json, startUpstream } from '../support/upstream'
import type { CloudSdk } from './platform'
import { sdkVariables } from './sdkVariables'
import { describeWxServerSdk } from './wxServerSdk'

/** The cloud calls of the gateway, and the HTTPS APIs they stand for. */
const PATHS = new Map([
  ['logistics.getQuota', '/cgi-bin/express/business/quota/get'],
  ['logistics.getAllAccount', '/cgi-bin/express/business/account/getall'],
])

describeWxServerSdk('the real wx-server-sdk over the local gateway', async () => {
  const declared: string[] = []
  const handlers = new Map<string | undefined, (parameters: Record<string, unknown>) => unknown>()
  const functions = new Map<string, (event: unknown) => unknown>()
  const sessions = new Sessions()

  const wechat = await startUpstream(({ url, body }) => {
    if (url.pathname === '/cgi-bin/stable_token') return json({ access_token: 'token', expires_in: 7200 })
    return json(handlers.get(url.pathname)?.(body.length > 0 ? JSON.parse(body.toString()) : {}))
  })
  const gateway = await startGateway({
    wechatApiUrl: wechat.url,
    wechatAppId: 'wx0000000000000001',
    wechatAppSecret: 'secret',
    sessions,
    permissions: () => declared,
    async invoke(name, event) {
      const main = functions.get(name)
      if (!main) throw new Error(`no function ${name}`)
      return JSON.stringify(await main(JSON.parse(event)))
    },
    now: Date.now,
  })
  Object.assign(process.env, sdkVariables(gateway.url, sessions))
  const sdk: typeof import('wx-server-sdk') = require('wx-server-sdk')
  sdk.init({ env: 'contract' })

  return {
    sdk: sdk as unknown as CloudSdk,
    openapi(api, handler) {
      declared.push(api)
      handlers.set(PATHS.get(api), handler)
    },
    deploy: (name, main) => functions.set(name, main),
    async close() {
      await gateway.close()
      await wechat.close()
    },
  }
})
