import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, connectionDocument, dayDocument, meterDocument, stored } from '../../tests/support/board'
import { fakeClock } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { refreshMeter, sweep } from '../watch'
import { removeConnection } from './removeConnection'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

describe('removeConnection', () => {
  beforeEach(() => {
    mockCloud.reset()
    mockCloud.store.create('yl_connections', [
      connectionDocument('own', { holder: 'run' }),
      connectionDocument('env-waybill'),
      connectionDocument('env-memberBalance', { provider: 'memberBalance' }),
      connectionDocument('env-forgotten', { provider: 'forgotten' }),
    ])
    mockCloud.store.create('yl_meters', [
      meterDocument('own', 'a'),
      meterDocument('own', 'b'),
      meterDocument('env-waybill', 'a'),
    ])
    mockCloud.store.create('yl_readings', [
      dayDocument('own/a', '20261119', null),
      dayDocument('own/a', '20261120', null),
      dayDocument('env-waybill/a', '20261120', null),
    ])
  })

  const idsIn = async (collection: string) => (await stored(collection)).map(({ _id }) => _id)

  it('takes its meters and their history with it, and nothing else', async () => {
    const answer = await removeConnection({ id: 'own' }, boardCall())
    expect(answer).toMatchObject({ removed: { meters: 2, days: 2 }, returns: false })
    expect(await idsIn('yl_connections')).toEqual(['env-waybill', 'env-memberBalance', 'env-forgotten'])
    expect(await idsIn('yl_meters')).toEqual(['env-waybill/a'])
    expect(await idsIn('yl_readings')).toEqual(['env-waybill/a/20261120'])
  })

  it.each([
    ['env-waybill', true, 'the next sweep makes it anew'],
    ['env-memberBalance', false, 'Removed, with'],
    ['env-forgotten', false, 'Removed, with'],
  ])('of the environment, %s: comes back: %s', async (id, returns, message) => {
    expect(await removeConnection({ id }, boardCall())).toMatchObject({
      returns,
      message: expect.stringContaining(message),
    })
  })

  it.each([1, 2, 3, 4])('cut off after %d writes is finished by doing it again', async writes => {
    const call = boardCall()
    let requests = 0
    mockCloud.store.answerAfter(async () => {
      requests += 1
      // The first request reads the connection.
      if (requests === writes + 1) throw Object.assign(new Error('cut off'), { errCode: -502001 })
    })
    expect((await failureOf(removeConnection({ id: 'own' }, call))).code).toBe('UPSTREAM_UNAVAILABLE')
    if (writes > 1) expect((await stored('yl_connections'))[0]).toMatchObject({ enabled: false, holder: null })
    await removeConnection({ id: 'own' }, boardCall())
    expect(await idsIn('yl_connections')).not.toContain('own')
    expect(await idsIn('yl_meters')).toEqual(['env-waybill/a'])
    expect(await idsIn('yl_readings')).toEqual(['env-waybill/a/20261120'])
  })

  describe.each(['sweep', 'refresh'])('while a %s is under way', work => {
    const REQUEST_MS = 10
    const REMOVALS = Array.from({ length: 60 }, (_, index) => index * 5)

    it('leaves no meter and no day, whenever it comes', async () => {
      const found: unknown[] = []
      let answered = 0
      for (const wait of REMOVALS) {
        mockCloud.reset()
        const clock = fakeClock()
        const account = (biz_id: string) => ({ delivery_id: 'YTO', biz_id, quota_num: 5, quota_update_time: 1 })
        mockCloud.openapi('logistics.getAllAccount', () => ({ list: ['x', 'y', 'z'].map(account) }))
        mockCloud.openapi('logistics.getQuota', async () => {
          await clock.sleep(5 * REQUEST_MS)
          return { quota_num: 7 }
        })
        mockCloud.store.create('yl_connections', [connectionDocument('own', { dueAt: clock.now() })])
        mockCloud.store.create('yl_meters', [meterDocument('own', 'YTO/x'), meterDocument('own', 'YTO/y')])
        mockCloud.store.create('yl_readings', [
          dayDocument('own/YTO/x', '20261120', [[clock.now() - 3_600_000, '210']]),
        ])
        mockCloud.store.create('yl_runs')
        mockCloud.store.answerAfter(() => clock.sleep(REQUEST_MS))
        const call = () => boardCall({ clock, budgetMs: 9000 })
        const writing = work === 'sweep' ? sweep({ connections: ['own'] }, call()) : refreshMeter('own/YTO/x', call())
        const settled = writing.then(
          () => true,
          () => false,
        )
        await clock.advance(wait)
        await clock.finish(removeConnection({ id: 'own' }, call()))
        if (await clock.finish(settled)) answered += 1
        mockCloud.store.answerAfter(async () => {})
        const left = [
          ...(await idsIn('yl_meters')),
          ...(await idsIn('yl_readings')),
          ...(await idsIn('yl_connections')),
        ]
        if (left.length > 0) found.push([wait, left])
      }
      expect(answered).toBeGreaterThan(0)
      expect(found).toEqual([])
    })
  })

  it('is NOT_FOUND for an unknown one', async () => {
    expect((await failureOf(removeConnection({ id: 'x' }, boardCall()))).code).toBe('NOT_FOUND')
  })
})
