import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { NOON } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { cloudSdk } from '../cloud'
import { findRole, listMembers, removeMember, saveMember } from './members'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const call = () => makeCall({ variables: SDK_VARIABLES })

describe('findRole', () => {
  beforeEach(() => mockCloud.reset())

  it.each(['admin', 'viewer'])('finds a member’s role: %s', async role => {
    mockCloud.store.create('yl_members', [
      { _id: 'oME', role },
      { _id: 'oOTHER', role: 'admin' },
    ])
    expect(await findRole('oME', call())).toBe(role)
  })

  it('is undefined for who is no member', async () => {
    mockCloud.store.create('yl_members', [{ _id: 'oOTHER', role: 'admin' }])
    expect(await findRole('oME', call())).toBeUndefined()
  })

  it('is undefined when nobody has been added yet: the collection does not exist', async () => {
    expect(await findRole('oME', call())).toBeUndefined()
  })

  it.each([-502001, -502003, -501001, -1])(
    'is UPSTREAM_UNAVAILABLE, not "no role", when the read fails: %p',
    async code => {
      mockCloud.store.create('yl_members', [{ _id: 'oME', role: 'admin' }])
      mockCloud.store.fail(code)
      const error = await failureOf(findRole('oME', call()))
      expect(error).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryable: true,
        upstream: { provider: 'wechat', code: String(code), message: 'database read failed' },
      })
    },
  )

  it.each<[unknown]>([['owner'], ['Admin'], [undefined], [null], [1]])('is INTERNAL for the role %p', async role => {
    mockCloud.store.create('yl_members', [{ _id: 'oME', ...(role !== undefined && { role }) }])
    const error = await failureOf(findRole('oME', call()))
    expect(error.code).toBe('INTERNAL')
    expect(error.text.en).toContain('yl_members')
  })

  it('gives up at the deadline when the database does not answer', async () => {
    const hanging = call()
    const database = jest.spyOn(cloudSdk(hanging.environment), 'database')
    database.mockReturnValue(databaseAnswering(new Promise(() => {})))
    const failure = failureOf(findRole('oME', hanging))
    await hanging.clock.advance(hanging.deadline.remaining())
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    database.mockRestore()
  })

  it('is UPSTREAM_UNAVAILABLE when the SDK gives nothing', async () => {
    const silent = call()
    const database = jest.spyOn(cloudSdk(silent.environment), 'database')
    database.mockReturnValue(databaseAnswering(Promise.resolve(undefined)))
    expect(await failureOf(findRole('oME', silent))).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      upstream: { code: 'DATABASE' },
    })
    database.mockRestore()
  })

  function databaseAnswering(answer: Promise<unknown>) {
    const query = { where: () => query, limit: () => query, field: () => query, get: () => answer }
    return { collection: () => query } as unknown as ReturnType<typeof mockCloud.sdk.database>
  }
})

describe('the list of members', () => {
  beforeEach(() => mockCloud.reset())

  it('is empty before anybody has been added', async () => {
    expect(await listMembers(call())).toEqual([])
    expect(await removeMember('oME', call())).toBe(false)
  })

  it('holds who was saved, since when, and whom somebody entered by hand', async () => {
    mockCloud.store.create('yl_members', [{ _id: 'oHAND', role: 'admin' }])
    const saving = call()
    await saveMember({ openid: 'oME', role: 'viewer' }, saving)
    expect(saving.tally.databaseWrites).toBe(1)
    expect(await listMembers(call())).toEqual([
      { openid: 'oHAND', role: 'admin', addedAt: null },
      { openid: 'oME', role: 'viewer', addedAt: NOON },
    ])
    expect(await findRole('oME', call())).toBe('viewer')
  })

  it('keeps since when, when a role changes or is saved again', async () => {
    await saveMember({ openid: 'oME', role: 'viewer' }, call())
    const later = call()
    await later.clock.advance(1000)
    await saveMember({ openid: 'oME', role: 'admin' }, later)
    await saveMember({ openid: 'oME', role: 'admin' }, later)
    expect(await listMembers(call())).toEqual([{ openid: 'oME', role: 'admin', addedAt: NOON }])
  })

  it('lets go of who is removed, once', async () => {
    await saveMember({ openid: 'oME', role: 'admin' }, call())
    expect(await removeMember('oME', call())).toBe(true)
    expect(await removeMember('oME', call())).toBe(false)
    expect(await findRole('oME', call())).toBeUndefined()
  })

  it('comes in pages of 100, each person once', async () => {
    const openids = Array.from({ length: 205 }, (_, n) => `o${String(n).padStart(3, '0')}`)
    mockCloud.store.create(
      'yl_members',
      [...openids].reverse().map(_id => ({ _id, role: 'viewer' })),
    )
    const pages = await Promise.all([0, 1, 2, 3].map(page => listMembers(call(), page)))
    expect(pages.map(page => page.length)).toEqual([100, 100, 5, 0])
    expect(pages.flat().map(({ openid }) => openid)).toEqual(openids)
  })

  it('is UPSTREAM_UNAVAILABLE when the database fails: nobody is taken for added or removed', async () => {
    mockCloud.store.create('yl_members', [{ _id: 'oME', role: 'admin' }])
    mockCloud.store.fail(-502001)
    const works = [
      () => listMembers(call()),
      () => saveMember({ openid: 'oME', role: 'viewer' }, call()),
      () => removeMember('oME', call()),
    ]
    for (const work of works) expect((await failureOf(work())).code).toBe('UPSTREAM_UNAVAILABLE')
  })
})
