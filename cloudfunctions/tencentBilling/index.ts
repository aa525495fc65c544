import { defineFunction } from '../../shared/function'
import { readUsageDetail } from '../../shared/provider/esignUsage'
import { readMemberBalances } from '../../shared/provider/memberBalance'
import { input } from './input'

/** Tencent Cloud: balances of an organisation's members, and what e-sign packages were charged. */
export const main = defineFunction({
  name: 'tencentBilling',
  role: 'viewer',
  input,
  async run(query, call) {
    if (query.action === 'memberBalances') return readMemberBalances(query, call)
    return readUsageDetail(query, call)
  },
})
