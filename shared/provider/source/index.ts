import { apiAllowance } from './apiAllowance'
import { codeAudit } from './codeAudit'
import { esignUsage } from './esignUsage'
import { memberBalance } from './memberBalance'
import { partnerCredit } from './partnerCredit'
import type { ProviderName, Source } from './source'
import { waybill } from './waybill'

export { PROVIDERS, type ProviderName, type Source, type Step } from './source'

const SOURCES: Record<ProviderName, Source> = {
  waybill,
  codeAudit,
  memberBalance,
  esignUsage,
  partnerCredit,
  apiAllowance,
}

/** Where the meters of this provider's connections come from. */
export function sourceOf(provider: ProviderName): Source {
  return SOURCES[provider]
}
