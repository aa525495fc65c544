import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import type { Role } from '../store/members'
import { requireRole } from './access'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const ME = { kind: 'client', openid: 'oME' } as const

describe('requireRole', () => {
  beforeEach(() => mockCloud.reset())

  it.each(['timer', 'function'] as const)('lets a %s in without asking the database', async kind => {
    await expect(requireRole({ kind }, 'admin', call())).resolves.toBeUndefined()
    expect(mockCloud.store.requests).toEqual([])
  })

  it.each(['http', 'unknown'] as const)('refuses %s without asking the database', async kind => {
    mockCloud.store.create('yl_members', [{ _id: '', role: 'admin' }])
    const error = await failureOf(requireRole({ kind }, 'viewer', call({ ADMIN_OPENIDS: '' })))
    expect(error.code).toBe('PERMISSION_DENIED')
    expect(mockCloud.store.requests).toEqual([])
  })

  it.each(['oME', 'oA,oME', ' oA ; oME ', 'oA oME\noB'])(
    'lets an administrator of ADMIN_OPENIDS in: %p',
    async listed => {
      await expect(requireRole(ME, 'admin', call({ ADMIN_OPENIDS: listed }))).resolves.toBeUndefined()
      expect(mockCloud.store.requests).toEqual([])
    },
  )

  it.each(['oM', 'oME2', 'ome', 'xoME', ''])('does not take ADMIN_OPENIDS %p for oME', async listed => {
    const error = await failureOf(requireRole(ME, 'viewer', call({ ADMIN_OPENIDS: listed })))
    expect(error.code).toBe('PERMISSION_DENIED')
  })

  it.each<[Role, Role, boolean]>([
    ['viewer', 'viewer', true],
    ['admin', 'viewer', true],
    ['admin', 'admin', true],
    ['viewer', 'admin', false],
  ])('for a member who is %s where %s is needed: %p', async (role, needed, isLetIn) => {
    mockCloud.store.create('yl_members', [{ _id: 'oME', role }])
    const outcome = await requireRole(ME, needed, call()).then(
      () => 'in',
      error => error.code,
    )
    expect(outcome).toBe(isLetIn ? 'in' : 'PERMISSION_DENIED')
    expect(mockCloud.store.requests).toEqual(['collection.get'])
  })

  it('refuses a client who is no member, telling what to do', async () => {
    mockCloud.store.create('yl_members', [{ _id: 'oOTHER', role: 'admin' }])
    const error = await failureOf(requireRole(ME, 'viewer', call()))
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', retryable: false })
    expect(error.text.en).toContain('ADMIN_OPENIDS')
    expect(error.text.zh).toContain('ADMIN_OPENIDS')
  })

  it('refuses a client when there is no collection of members', async () => {
    expect((await failureOf(requireRole(ME, 'viewer', call()))).code).toBe('PERMISSION_DENIED')
  })

  it('does not call a failed look-up a refusal', async () => {
    mockCloud.store.fail(-502001)
    expect((await failureOf(requireRole(ME, 'viewer', call()))).code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it('does not call a broken role a refusal', async () => {
    mockCloud.store.create('yl_members', [{ _id: 'oME', role: 'boss' }])
    expect((await failureOf(requireRole(ME, 'viewer', call()))).code).toBe('INTERNAL')
  })

  function call(variables: NodeJS.ProcessEnv = {}) {
    return makeCall({ variables: { ...SDK_VARIABLES, ...variables } })
  }
})
