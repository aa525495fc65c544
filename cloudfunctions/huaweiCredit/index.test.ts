import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { captureConsole } from '../../tests/support/console'
import { callWithAnything } from '../../tests/support/envelope'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { ADMIN, setVariables } from '../../tests/support/variables'
import { main } from '.'

const CONTEXT = { request_id: 'r-1', time_limit_in_ms: 3000 }

describe('huaweiCredit', () => {
  let upstream: TestUpstream
  let restore = () => {}
  beforeEach(async () => {
    upstream = await startUpstream(() =>
      json({
        consumption_quota: '1000.00',
        amount: '100.00',
        coupon_amount: '0',
        due_amount: '0',
        unbilled_amount: '40.50',
        used_consumption_quota: '-59.50',
        currency: 'USD',
        measure_id: 1,
      }),
    )
    restore = setVariables({
      ...ADMIN,
      HUAWEI_BSS_URL: upstream.url,
      HUAWEI_ACCESS_KEY: 'canary-ak',
      HUAWEI_SECRET_KEY: 'canary-sk',
    })
  })
  afterEach(async () => {
    restore()
    await upstream.close()
  })

  it('gives the quota, what is used of it and what remains', async () => {
    const { result, text } = await captureConsole(() => main({}, CONTEXT))
    expect(result).toEqual({
      ok: true,
      data: {
        consumptionQuota: '1000.00',
        amount: '100.00',
        couponAmount: '0',
        dueAmount: '0',
        unbilledAmount: '40.50',
        usedConsumptionQuota: '-59.50',
        remaining: '1059.50',
        currency: 'USD',
        measureId: 1,
      },
      requestId: 'r-1',
    })
    expect(text).toContain('"code":"OK"')
    expect(text).not.toContain('canary')
  })

  it('names a variable that is missing', async () => {
    const undo = setVariables({ HUAWEI_SECRET_KEY: undefined })
    const { result } = await captureConsole(() => main({}, CONTEXT))
    undo()
    expect(result).toMatchObject({ ok: false, error: { code: 'NOT_CONFIGURED' } })
    expect(result.ok || result.error.message).toContain('HUAWEI_SECRET_KEY')
  })

  it.each<[unknown, string[]]>([
    [{ domain: 'x' }, ['domain']],
    [JSON.parse('{"__proto__":{}}'), ['__proto__']],
    [7, ['']],
  ])('refuses %p before any call', async (event, paths) => {
    const { result } = await captureConsole(() => main(event, CONTEXT))
    expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT' } })
    expect(result.ok ? [] : result.error.fields?.map(({ path }) => path)).toEqual(paths)
    expect(upstream.exchanges).toEqual([])
  })

  it('answers anything with a well-formed envelope', async () => {
    // Without credentials: no event reaches the network.
    const undo = setVariables({ HUAWEI_ACCESS_KEY: undefined, HUAWEI_SECRET_KEY: undefined })
    const codes = await callWithAnything(main, ['amount'])
    undo()
    expect([...codes].sort()).toEqual(['INVALID_ARGUMENT', 'NOT_CONFIGURED'])
  }, 60_000)
})
