import type { Title } from '../../meter/reading'
import type { QUOTA_TYPES } from '../esign/record'

/** As Tencent e-sign names them. */
const NAMES: Record<(typeof QUOTA_TYPES)[number], Title> = {
  CloudEnterprise: { zh: '企业版合同', en: 'Enterprise contracts' },
  SingleSignature: { zh: '单方签章', en: 'One-party seals' },
  CloudProve: { zh: '签署报告', en: 'Signing reports' },
  CloudOnlineSign: { zh: '腾讯会议在线签约', en: 'Signing in Tencent Meeting' },
  ChannelWeCard: { zh: '微工卡', en: 'WeCard (微工卡)' },
  SignFlow: { zh: '合同套餐', en: 'Contracts' },
  SignFace: { zh: '签署意愿（人脸识别）', en: 'Consent by face recognition' },
  SignPassword: { zh: '签署意愿（密码）', en: 'Consent by password' },
  SignSMS: { zh: '签署意愿（短信）', en: 'Consent by SMS' },
  PersonalEssAuth: { zh: '签署人实名（腾讯电子签认证）', en: 'Signer verification by Tencent e-sign' },
  PersonalThirdAuth: { zh: '签署人实名（信任第三方认证）', en: 'Signer verification by a trusted third party' },
  OrgEssAuth: { zh: '签署企业实名', en: 'Company verification' },
  FlowNotify: { zh: '短信通知', en: 'SMS notices' },
  AuthService: { zh: '企业工商信息查询', en: 'Company registry look-ups' },
}

/** The name of what a kind of e-sign package pays for; the kind itself where no name is known. */
export function quotaTypeTitle(quotaType: string): Title {
  return new Map<string, Title>(Object.entries(NAMES)).get(quotaType) ?? { zh: quotaType, en: quotaType }
}
