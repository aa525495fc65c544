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
      accessKey: environment.need('HUAWEI_ACCESS_KEY'),
      secretKey: environment.need('HUAWEI_SECRET_KEY'),
      securityToken: environment.get('HUAWEI_SECURITY_TOKEN'),
    }
  }
  const token = environment.get('HUAWEI_AUTH_TOKEN')
  if (token) return { kind: 'token', token }
  if (environment.get('HUAWEI_IAM_USER')) {
    return {
      kind: 'user',
      user: environment.need('HUAWEI_IAM_USER'),
      password: environment.need('HUAWEI_IAM_PASSWORD'),
      domain: environment.need('HUAWEI_IAM_DOMAIN'),
    }
  }
  throw notConfigured('HUAWEI_ACCESS_KEY')
}
