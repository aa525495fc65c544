import * as v from 'valibot'
import { defineFunction, exactly, name } from '../../shared/function'
import { readCodeAuditQuota } from '../../shared/provider/codeAudit'

/** The service provider's code-audit allowance of this month. */
export const main = defineFunction({
  name: 'queryQuota',
  role: 'viewer',
  input: exactly({ authorizerAppid: v.optional(name(64)) }),
  run: ({ authorizerAppid }, call) => readCodeAuditQuota(authorizerAppid, call),
})
