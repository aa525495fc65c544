import { organizations } from './business/usagePattern'

/** What a function needs to call the sandbox as each of its clients. Every value is fake, fixed, and says so. */
export const sandboxCredentials = {
  wechat: {
    appid: 'wx5a4db0c500000000',
    appsecret: 'sandbox-not-a-real-appsecret-000',
    authorizerAppid: 'wx5a4db0c500000001',
    authorizerAccessToken: 'sandbox-authorizer-access-token',
    /** Recognised and out of date: 42001. */
    expiredAuthorizerAccessToken: 'sandbox-authorizer-access-token-expired',
    /** Of an app whose service provider was granted no code audits: the documented answer, all zeros. */
    notGrantedAuthorizerAccessToken: 'sandbox-authorizer-access-token-not-granted',
  },
  tencent: {
    secretId: 'SANDBOX-SECRET-ID',
    secretKey: 'sandbox-not-a-real-secret-key',
    /** What a role hands out: good only together with its token. */
    temporary: {
      secretId: 'SANDBOX-TEMPORARY-SECRET-ID',
      secretKey: 'sandbox-not-a-real-temporary-secret-key',
      token: 'sandbox-session-token',
    },
    /** The e-sign application of the simulated business, and its client organisations. */
    essAppId: 'sandboxEssApplication00000000001',
    essOrganizations: organizations.map(({ openId }) => openId),
  },
  huawei: {
    accessKey: 'SANDBOX-ACCESS-KEY',
    secretKey: 'sandbox-not-a-real-huawei-secret-key',
    temporary: {
      accessKey: 'SANDBOX-TEMPORARY-ACCESS-KEY',
      secretKey: 'sandbox-not-a-real-temporary-huawei-secret-key',
      securityToken: 'sandbox-security-token',
    },
    authToken: `SANDBOX-STATIC-AUTH-TOKEN-${'0'.repeat(4974)}`,
    iam: { user: 'sandbox-user', password: 'sandbox-not-a-real-password', domain: 'sandbox-domain' },
  },
  /** What the documents' own examples use: these are answered byte for byte as printed. */
  documented: {
    wechat: { deliveryId: 'YTO', bizId: 'xyz' },
    tencent: {
      memberUin: '700001941608',
      essAppId: 'yDwFdUUckpsw******yQ0af8bHosXQtb',
      essOrganization: 'org_dianziqian',
    },
    huawei: { accessKey: 'SANDBOX-DOCUMENTED-ACCESS-KEY', secretKey: 'sandbox-not-a-real-documented-secret-key' },
  },
} as const

export type SandboxCredentials = typeof sandboxCredentials
