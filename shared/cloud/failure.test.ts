import { describe, expect, it } from '@jest/globals'
import { sdkErrorCode, sdkErrorMessage } from './failure'

describe('sdkErrorCode', () => {
  it.each<[unknown, number | undefined]>([
    [{ errCode: -604101 }, -604101],
    [Object.assign(new Error('x'), { errCode: 9300501 }), 9300501],
    [{ errCode: '-1' }, undefined],
    [new Error('plain'), undefined],
    ['text', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of %p is %p', (error, code) => {
    expect(sdkErrorCode(error)).toBe(code)
  })
})

describe('sdkErrorMessage', () => {
  it.each<[unknown, string]>([
    [{ errMsg: 'openapi.logistics.getQuota:fail courier said no' }, 'courier said no'],
    [{ errMsg: 'logistics.getQuota:fail invalid credential' }, 'invalid credential'],
    [
      { errMsg: 'collection.get:fail -502005 database collection not exists. x' },
      '-502005 database collection not exists. x',
    ],
    [{ errMsg: 'system error: error code: -604101' }, 'system error: error code: -604101'],
    [{ errMsg: 7 }, ''],
    [new Error('plain'), ''],
    [undefined, ''],
  ])('of %p is %p', (error, message) => {
    expect(sdkErrorMessage(error)).toBe(message)
  })
})
