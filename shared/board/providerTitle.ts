import { type Language, text } from '../call'
import type { ProviderName } from '../provider/source'

const TITLES: Record<ProviderName, Record<Language, string>> = {
  waybill: text('快递电子面单', 'Courier waybills'),
  codeAudit: text('代码审核', 'Code audits'),
  memberBalance: text('腾讯云成员余额', 'Tencent Cloud member balances'),
  esignUsage: text('电子签用量', 'E-sign usage'),
  partnerCredit: text('华为云伙伴额度', 'Huawei Cloud partner credit'),
  apiAllowance: text('微信接口调用额度', 'WeChat API allowance'),
}

/** What a person calls the connection: the name that it was given, or what it reads. */
export function connectionTitle({ name, provider }: { name: string; provider: string }, language: Language): string {
  if (name !== '') return name
  return Object.hasOwn(TITLES, provider) ? TITLES[provider as ProviderName][language] : provider
}
