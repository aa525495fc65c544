import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bed, builtFunction, makeBed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import type { CloudFunction } from '../../shared/function'
import { callWithAnything } from '../support/envelope'

const KEYS: Record<string, string[]> = {
  getQuota: ['deliveryId', 'bizId', 'accounts', 'authorizerAppid'],
  queryQuota: ['authorizerAppid'],
  tencentBilling: ['action', 'memberUins', 'pageNumber', 'all', 'startTime', 'endTime', 'limit', 'cursor'],
  huaweiCredit: ['amount'],
  watchQuotas: ['connections'],
  quotaBoard: ['action', 'meter', 'from', 'to', 'rows', 'page', 'provider', 'settings', 'secrets', 'id', 'name'],
}

let bed: Bed
const before = { ...process.env }

beforeAll(async () => {
  bed = await makeBed()
})

afterAll(async () => {
  process.env = before
  await bed.close()
})

describe('10,000 arbitrary events', () => {
  it.each(Object.entries(KEYS))(
    'get a well-formed answer from the built %s every time',
    async (name, keys) => {
      Object.assign(process.env, bed.variables(name, { kind: 'client', openid: LOCAL_ADMIN }))
      const { main } = require(builtFunction(name)) as { main: CloudFunction<unknown> }

      const codes = await callWithAnything(main, keys)

      expect(codes).toContain('INVALID_ARGUMENT')
      expect([...codes]).not.toContain('INTERNAL')
    },
    60_000,
  )
})
