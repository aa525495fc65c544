import type { Language } from './language'

type Words = Record<Language, Record<string, string>>

const PROVIDERS: Words = {
  zh: {
    waybill: '微信物流',
    codeAudit: '微信代码审核',
    memberBalance: '腾讯云成员',
    esignUsage: '腾讯电子签',
    partnerCredit: '华为云伙伴',
    apiAllowance: '微信接口',
  },
  en: {
    waybill: 'WeChat logistics',
    codeAudit: 'WeChat code audit',
    memberBalance: 'Tencent Cloud members',
    esignUsage: 'Tencent e-sign',
    partnerCredit: 'Huawei Cloud partner',
    apiAllowance: 'WeChat API',
  },
}

const UNITS: Words = {
  zh: { waybills: '张', audits: '次', speedups: '次', uses: '次', calls: '次' },
  en: { speedups: 'speed-ups' },
}

const STATES: Words = {
  zh: {
    exhausted: '已用尽',
    critical: '告急',
    low: '偏低',
    ok: '正常',
    failing: '读取失败',
    stale: '已过时',
    'no-data': '无数据',
    'not-applicable': '不适用',
    'not-granted': '未授予',
  },
  en: { 'no-data': 'no data', 'not-applicable': 'not applicable', 'not-granted': 'not granted' },
}

export const providerName = (provider: string, language: Language) => PROVIDERS[language][provider] ?? provider
export const unitName = (unit: string, language: Language) => UNITS[language][unit] ?? unit
/** Of a level, or of a standing where there is none. */
export const stateName = (state: string, language: Language) => STATES[language][state] ?? state
