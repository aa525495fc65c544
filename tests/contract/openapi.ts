import { describe, expect, it } from '@jest/globals'
import { type Platform, thrownBy } from './platform'

export function declareOpenapiTests(platform: () => Platform): void {
  const call = (api: string, parameters: object = {}) => {
    const [group = '', name = ''] = api.split('.')
    const method = platform().sdk.openapi[group]?.[name]
    if (!method) throw new Error(`no ${api}`)
    return method(parameters)
  }

  describe('openapi', () => {
    it('sends parameters in snake_case and gives the answer in camelCase, with errMsg and errCode', async () => {
      const received: unknown[] = []
      platform().openapi('logistics.getQuota', parameters => {
        received.push(parameters)
        return { errcode: 0, errmsg: 'ok', quota_num: 210, more: [{ inner_key: { deep_key: 'a_b' } }] }
      })
      const answer = await call('logistics.getQuota', { deliveryId: 'YTO', bizId: 'xyz' })
      expect(received).toEqual([{ delivery_id: 'YTO', biz_id: 'xyz' }])
      expect(answer).toEqual({
        quotaNum: 210,
        more: [{ innerKey: { deepKey: 'a_b' } }],
        errMsg: 'openapi.logistics.getQuota:ok',
        errCode: 0,
      })
    })

    it('converts nested keys, drops undefined and sends null', async () => {
      const received: unknown[] = []
      platform().openapi('logistics.getQuota', parameters => {
        received.push(parameters)
        return {}
      })
      await call('logistics.getQuota', { cargoList: [{ itemName: '书', count: 2 }], remark: null, skipped: undefined })
      expect(received).toEqual([{ cargo_list: [{ item_name: '书', count: 2 }], remark: null }])
    })

    it("throws WeChat's error with errCode, errMsg and message", async () => {
      platform().openapi('logistics.getQuota', () => ({ errcode: 9300501, errmsg: 'courier logic error' }))
      const error = await thrownBy(() => call('logistics.getQuota', { deliveryId: 'YTO', bizId: 'xyz' }))
      expect(error.errCode).toBe(9300501)
      expect(error.errMsg).toBe('openapi.logistics.getQuota:fail courier logic error')
      expect(error.message).toMatch(/^errCode: 9300501 {2}\| errMsg: openapi\.logistics\.getQuota:fail courier/)
    })

    it('refuses an API that is not declared with -604101', async () => {
      const error = await thrownBy(() => call('logistics.getAllAccount'))
      expect(error.errCode).toBe(-604101)
      expect(error.errMsg).toBe('system error: error code: -604101')
      expect(error.message).toContain('function has no permission to call this API')
    })

    it('throws an error of the platform for an answer that is no JSON', async () => {
      platform().openapi('logistics.getQuota', () => '<html>busy</html>')
      const error = await thrownBy(() => call('logistics.getQuota'))
      // -601001 when WeChat's gateway passes it on, -501001 when it stops it.
      expect([-601001, -501001]).toContain(error.errCode)
      expect(error.errMsg).toMatch(/^openapi\.logistics\.getQuota:fail /)
    })

    it('does not give a number for an integer beyond 2^53', async () => {
      platform().openapi('logistics.getQuota', () => '{"quota_num":12345678901234567890}')
      const { quotaNum } = await call('logistics.getQuota')
      expect(typeof quotaNum).toBe('object')
    })
  })
}
