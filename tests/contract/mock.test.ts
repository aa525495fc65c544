import { MockCloud } from '../mocks/wxServerSdk'
import type { CloudSdk } from './platform'
import { describeWxServerSdk } from './wxServerSdk'

describeWxServerSdk('the mock of wx-server-sdk', async () => {
  const cloud = new MockCloud()
  cloud.sdk.init({ env: 'contract' })
  return {
    sdk: cloud.sdk as unknown as CloudSdk,
    openapi: (api, handler) => cloud.openapi(api, handler),
    deploy: (name, main) => cloud.deploy(name, main),
    close: async () => cloud.reset(),
  }
})
