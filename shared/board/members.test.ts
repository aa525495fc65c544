import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, NOON, stored } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { changeMember, readMembers, removeMyData } from './members'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const ME = { openid: 'oME', isListedAdmin: false }

beforeEach(() => {
  mockCloud.reset()
  mockCloud.store.create('yl_members', [
    { _id: 'oME', role: 'admin' },
    { _id: 'oOTHER', role: 'viewer', addedAt: NOON },
  ])
})

describe('readMembers', () => {
  it('lists everybody by OPENID', async () => {
    expect(await readMembers({}, boardCall())).toEqual({
      members: [
        { openid: 'oME', role: 'admin', addedAt: null },
        { openid: 'oOTHER', role: 'viewer', addedAt: NOON },
      ],
      page: 0,
      hasMore: false,
    })
    expect(await readMembers({ page: 1 }, boardCall())).toEqual({ members: [], page: 1, hasMore: false })
  })

  it.each([
    [99, [[99, false]]],
    [100, [[100, false]]],
    [
      101,
      [
        [100, true],
        [1, false],
      ],
    ],
    [
      200,
      [
        [100, true],
        [100, false],
      ],
    ],
  ])('has no empty page at the end of %d members', async (count, expected) => {
    mockCloud.reset()
    const people = Array.from({ length: count }, (_, index) => ({ _id: `o${index}`, role: 'viewer' }))
    mockCloud.store.create('yl_members', people)
    const pages: [number, boolean][] = []
    do {
      const { members, hasMore } = await readMembers({ page: pages.length }, boardCall())
      pages.push([members.length, hasMore])
    } while (pages.at(-1)?.[1])
    expect(pages).toEqual(expected)
  })
})

describe('changeMember', () => {
  it('adds, changes and removes', async () => {
    await changeMember({ openid: 'oNEW', role: 'viewer' }, ME, boardCall())
    await changeMember({ openid: 'oOTHER', role: 'admin' }, ME, boardCall())
    const roles = async () => (await stored('yl_members')).map(({ _id, role }) => [_id, role])
    expect((await roles()).sort()).toEqual([
      ['oME', 'admin'],
      ['oNEW', 'viewer'],
      ['oOTHER', 'admin'],
    ])
    expect(await changeMember({ openid: 'oOTHER', role: 'none' }, ME, boardCall())).toEqual({
      openid: 'oOTHER',
      role: 'none',
    })
    expect((await roles()).sort()).toEqual([
      ['oME', 'admin'],
      ['oNEW', 'viewer'],
    ])
  })

  it.each(['viewer', 'none'] as const)('does not let an administrator become %s', async role => {
    const error = await failureOf(changeMember({ openid: 'oME', role }, ME, boardCall()))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', fields: [{ path: 'role' }] })
    expect((await stored('yl_members'))[0]).toMatchObject({ _id: 'oME', role: 'admin' })
  })

  it('lets one confirm oneself, and another function change anybody', async () => {
    await changeMember({ openid: 'oME', role: 'admin' }, ME, boardCall())
    await changeMember({ openid: 'oME', role: 'viewer' }, undefined, boardCall())
    expect((await stored('yl_members'))[0]).toMatchObject({ role: 'viewer' })
  })
})

describe('removeMyData', () => {
  it('removes the caller’s document and nobody else’s', async () => {
    const answer = await removeMyData(ME, boardCall())
    expect(answer.removed).toBe(true)
    expect(answer.message).toMatch(/has been removed/)
    expect(answer.message).not.toContain('ADMIN_OPENIDS')
    expect(await stored('yl_members')).toMatchObject([{ _id: 'oOTHER' }])
  })

  it('says when nothing was stored, and that ADMIN_OPENIDS is for the console', async () => {
    const answer = await removeMyData({ openid: 'oLISTED', isListedAdmin: true }, boardCall({ language: 'zh' }))
    expect(answer).toEqual({
      removed: false,
      message: expect.stringMatching(/没有保存你的任何数据.*ADMIN_OPENIDS.*控制台/),
    })
    expect(await stored('yl_members')).toHaveLength(2)
  })

  it('is NOT_APPLICABLE for who is no person', async () => {
    expect((await failureOf(removeMyData(undefined, boardCall()))).code).toBe('NOT_APPLICABLE')
  })
})
