import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, connectionDocument, MINUTE, meterDocument, NOON } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { readBoard } from './board'
import { refresh } from './refresh'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const METER = { meter: 'env-waybill/YTO/x' }

describe('refresh', () => {
  let left = 0
  beforeEach(() => open())
  function open(connection: object = { counts: { ok: 1 }, meters: 1 }, meter: object = {}) {
    mockCloud.reset()
    left = 150
    mockCloud.openapi('logistics.getQuota', () => ({ quota_num: left }))
    mockCloud.store.create('yl_connections', [connectionDocument('env-waybill', { ...connection })])
    mockCloud.store.create('yl_meters', [meterDocument('env-waybill', 'YTO/x', { ...meter })])
  }

  it('gives the meter as it has just been read and recorded', async () => {
    const { meter, refreshed } = await refresh(METER, boardCall())
    expect(refreshed).toBe(true)
    expect(meter).toMatchObject({ id: METER.meter, value: '150', left: 150, level: 'low', asOf: NOON })
    expect(meter.recent.at(-1)).toEqual([NOON, '150'])
  })

  it('asks the upstream once in 30 s, and says so', async () => {
    const call = boardCall()
    await refresh(METER, call)
    left = 149
    await call.clock.advance(29_000)
    expect(await refresh(METER, boardCall({ clock: call.clock }))).toMatchObject({
      refreshed: false,
      meter: { value: '150', asOf: NOON },
    })
    expect(mockCloud.openapiCalls).toHaveLength(1)
    await call.clock.advance(1000)
    expect(await refresh(METER, boardCall({ clock: call.clock }))).toMatchObject({
      refreshed: true,
      meter: { value: '149' },
    })
  })

  it('knows an unchanged value as of now', async () => {
    left = 210
    const { meter } = await refresh(METER, boardCall())
    expect(meter).toMatchObject({ value: '210', asOf: NOON })
    expect(meter.asOf).not.toBe(NOON - MINUTE)
  })

  it.each(['failing', 'stale'])(
    'shows a %s meter of an outdated connection as current, as the board does',
    async standing => {
      open({ completeAt: NOON - 120 * MINUTE, failures: 9, counts: { [standing]: 1 } }, { standing, rank: 4 })
      const { meter } = await refresh(METER, boardCall())
      expect(meter).toMatchObject({ standing: 'current', level: 'low', value: '150', asOf: NOON })
      const { meters } = await readBoard({}, boardCall())
      expect(meters).toEqual([expect.objectContaining({ standing: 'current', level: 'low', value: '150' })])
    },
  )

  it('of a connection that is switched off is NOT_APPLICABLE, and asks no upstream', async () => {
    open({ enabled: false })
    expect((await failureOf(refresh(METER, boardCall()))).code).toBe('NOT_APPLICABLE')
    expect(mockCloud.openapiCalls).toEqual([])
  })

  it('that has failed may be repeated at once', async () => {
    mockCloud.openapi('logistics.getQuota', () => ({ errcode: -1, errmsg: 'system error' }))
    expect((await failureOf(refresh(METER, boardCall()))).code).toBe('UPSTREAM_UNAVAILABLE')
    mockCloud.openapi('logistics.getQuota', () => ({ quota_num: 150 }))
    expect(await refresh(METER, boardCall())).toMatchObject({ refreshed: true, meter: { value: '150' } })
  })

  it('is NOT_FOUND for an unknown meter', async () => {
    expect((await failureOf(refresh({ meter: 'env-waybill/none' }, boardCall()))).code).toBe('NOT_FOUND')
    expect(mockCloud.openapiCalls).toEqual([])
  })
})
