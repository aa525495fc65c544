import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { environmentFrom } from '../call'
import type { cloudSdk as CloudSdk } from './sdk'

const CREDENTIALS = { TENCENTCLOUD_SECRETID: 'id', TENCENTCLOUD_SECRETKEY: 'key' }

const mockInit = jest.fn()
const mockLoad = jest.fn(() => ({ init: mockInit, DYNAMIC_CURRENT_ENV: Symbol.for('current') }))
jest.mock('wx-server-sdk', () => mockLoad())

describe('cloudSdk', () => {
  let cloudSdk: typeof CloudSdk
  beforeEach(() => {
    mockInit.mockClear()
    mockLoad.mockClear()
    // The SDK is kept for the life of an instance: a fresh one for each test.
    jest.isolateModules(() => {
      cloudSdk = require('./sdk').cloudSdk
    })
  })

  it('does not load the SDK before it is asked for', () => {
    expect(mockLoad).not.toHaveBeenCalled()
  })

  it('loads and initialises the SDK once, for the environment the function runs in', () => {
    const environment = environmentFrom(CREDENTIALS)
    expect(cloudSdk(environment)).toBe(cloudSdk(environment))
    expect(mockInit.mock.calls).toEqual([[{ env: Symbol.for('current') }]])
  })

  it.each(Object.keys(CREDENTIALS))(
    'throws NOT_CONFIGURED without %s, where the SDK would end the process, and does not load it',
    async name => {
      const thrown = await thrownBy(() => cloudSdk(environmentFrom({ ...CREDENTIALS, [name]: undefined })))
      expect(thrown).toMatchObject({ code: 'NOT_CONFIGURED', message: expect.stringContaining(name) })
      expect(mockLoad).not.toHaveBeenCalled()
    },
  )

  it('checks the credentials on every call', async () => {
    cloudSdk(environmentFrom(CREDENTIALS))
    expect(await thrownBy(() => cloudSdk(environmentFrom({})))).toMatchObject({ code: 'NOT_CONFIGURED' })
  })

  // The module is loaded anew for each test, and its errors with it: no `instanceof` here.
  async function thrownBy(work: () => unknown): Promise<unknown> {
    try {
      await work()
    } catch (error) {
      return error
    }
    throw new Error('did not fail')
  }
})
