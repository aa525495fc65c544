import * as v from 'valibot'
import { defineFunction, exactly, listOf, name } from '../../shared/function'
import { listWaybillAccounts, readWaybillQuota, readWaybillQuotas } from '../../shared/provider/waybill'

const account = { deliveryId: name(64), bizId: name(64) }
const app = { authorizerAppid: v.optional(name(64)) }

const one = exactly({ ...account, ...app })
const several = exactly({ accounts: listOf(exactly(account), 50), ...app })
const all = exactly(app)

/** Waybill balances of courier accounts: one, several, or all that are bound. */
export const main = defineFunction({
  name: 'getQuota',
  role: 'viewer',
  input: v.lazy(input => {
    if (has(input, 'accounts')) return several
    return has(input, 'deliveryId') || has(input, 'bizId') ? one : all
  }),
  async run({ authorizerAppid, ...input }, call) {
    if ('accounts' in input) return { accounts: await readWaybillQuotas(input.accounts, authorizerAppid, call) }
    if ('deliveryId' in input) return readWaybillQuota(input, authorizerAppid, call)
    return { accounts: await listWaybillAccounts(authorizerAppid, call) }
  },
})

function has(input: unknown, key: string): boolean {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, key)
}
