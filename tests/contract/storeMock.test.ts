import { jest } from '@jest/globals'
import { mockCloud } from '../mocks/wxServerSdk'
import { describeStore } from './store'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

describeStore('the store on the mock of wx-server-sdk', async () => ({
  refuse: () => mockCloud.store.fail(-502001),
  hang: () => mockCloud.store.answerAfter(() => new Promise(() => {})),
  heal: () => mockCloud.reset(),
  close: async () => {},
}))
