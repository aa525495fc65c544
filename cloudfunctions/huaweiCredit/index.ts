import { defineFunction, exactly } from '../../shared/function'
import { readPartnerCredit } from '../../shared/provider/partnerCredit'

/** The partner's consumption quota at Huawei Cloud. */
export const main = defineFunction({
  name: 'huaweiCredit',
  role: 'viewer',
  input: exactly({}),
  run: (_, call) => readPartnerCredit(call),
})
