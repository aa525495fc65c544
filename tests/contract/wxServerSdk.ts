import { afterAll, beforeAll, describe } from '@jest/globals'
import { declareCallerTests } from './caller'
import { declareDatabaseTests } from './database'
import { declareFunctionTests } from './functions'
import { declareOpenapiTests } from './openapi'
import type { Platform } from './platform'

/** Declares the tests of what the bundle relies on in wx-server-sdk and its platform. */
export function describeWxServerSdk(name: string, start: () => Promise<Platform>): void {
  describe(name, () => {
    let platform: Platform | undefined
    const get = () => {
      if (!platform) throw new Error('the platform has not started')
      return platform
    }
    beforeAll(async () => {
      platform = await start()
    })
    afterAll(() => platform?.close())

    declareCallerTests(get)
    declareOpenapiTests(get)
    declareFunctionTests(get)
    declareDatabaseTests(get)
  })
}
