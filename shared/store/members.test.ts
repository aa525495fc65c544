import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import { cloudSdk } from '../cloud'
import { findRole } from './members'

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
    const query = { where: () => query, limit: () => query, get: () => answer }
    return { collection: () => query } as unknown as ReturnType<typeof mockCloud.sdk.database>
  }
})
