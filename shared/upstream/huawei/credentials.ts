import { type Environment, notConfigured } from '../../call'

/** How a request to Huawei Cloud proves who sends it. */
export type Credentials =
  | { kind: 'key'; accessKey: string; secretKey: string; securityToken: string | undefined }
  | { kind: 'token'; token: string }
  | { kind: 'user'; user: string; password: string; domain: string }

/** A permanent or temporary key, else a given token, else an IAM user. Throws NOT_CONFIGURED naming what is missing. */
export function credentialsFrom(environment: Environment): Credentials {
  if (environment.get('HUAWEI_ACCESS_KEY') || environment.get('HUAWEI_SECRET_KEY')) {
    return {
      kind: 'key',
      accessKey: environment.secret('HUAWEI_ACCESS_KEY'),
      secretKey: environment.secret('HUAWEI_SECRET_KEY'),
      securityToken: environment.get('HUAWEI_SECURITY_TOKEN') && environment.secret('HUAWEI_SECURITY_TOKEN'),
    }
  }
  if (environment.get('HUAWEI_AUTH_TOKEN')) return { kind: 'token', token: environment.secret('HUAWEI_AUTH_TOKEN') }
  if (environment.get('HUAWEI_IAM_USER')) {
    const user = environment.need('HUAWEI_IAM_USER')
    // It travels in a body, where any character may stand.
    const password = environment.need('HUAWEI_IAM_PASSWORD')
    environment.conceal(password)
    return { kind: 'user', user, password, domain: environment.need('HUAWEI_IAM_DOMAIN') }
  }
  throw notConfigured('HUAWEI_ACCESS_KEY')
}
