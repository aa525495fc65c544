import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../../../tests/support/failure'
import { environmentFrom } from '../../call'
import { type Credentials, credentialsFrom } from './credentials'

const KEY = { HUAWEI_ACCESS_KEY: 'ak', HUAWEI_SECRET_KEY: 'sk' }
const TOKEN = { HUAWEI_AUTH_TOKEN: 'token' }
const USER = { HUAWEI_IAM_USER: 'user', HUAWEI_IAM_PASSWORD: 'pw', HUAWEI_IAM_DOMAIN: 'domain' }

describe('credentialsFrom', () => {
  it.each<[string, NodeJS.ProcessEnv, Credentials]>([
    ['a key', KEY, { kind: 'key', accessKey: 'ak', secretKey: 'sk', securityToken: undefined }],
    [
      'a temporary key',
      { ...KEY, HUAWEI_SECURITY_TOKEN: 'st' },
      { kind: 'key', accessKey: 'ak', secretKey: 'sk', securityToken: 'st' },
    ],
    ['a token', TOKEN, { kind: 'token', token: 'token' }],
    ['an IAM user', USER, { kind: 'user', user: 'user', password: 'pw', domain: 'domain' }],
    [
      'a key before a token',
      { ...KEY, ...TOKEN },
      { kind: 'key', accessKey: 'ak', secretKey: 'sk', securityToken: undefined },
    ],
    ['a token before an IAM user', { ...TOKEN, ...USER }, { kind: 'token', token: 'token' }],
  ])('is %s', (_, variables, expected) => {
    expect(credentialsFrom(environmentFrom(variables))).toEqual(expected)
  })

  it.each<[string, NodeJS.ProcessEnv]>([
    ['HUAWEI_ACCESS_KEY', {}],
    ['HUAWEI_ACCESS_KEY', { HUAWEI_SECRET_KEY: 'sk', ...TOKEN }],
    ['HUAWEI_SECRET_KEY', { HUAWEI_ACCESS_KEY: 'ak', ...TOKEN, ...USER }],
    ['HUAWEI_IAM_PASSWORD', { ...USER, HUAWEI_IAM_PASSWORD: undefined }],
    ['HUAWEI_IAM_DOMAIN', { ...USER, HUAWEI_IAM_DOMAIN: ' ' }],
    ['HUAWEI_ACCESS_KEY', { ...USER, HUAWEI_IAM_USER: undefined }],
  ])('is NOT_CONFIGURED naming %s for %p', async (name, variables) => {
    const error = await failureOf(() => credentialsFrom(environmentFrom(variables)))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.message).toContain(` ${name} `)
  })
})
