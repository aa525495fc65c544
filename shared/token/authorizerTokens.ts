import { type Call, CallError, text } from '../call'

/** The access tokens of one app. */
export interface AccessTokens {
  /** A token to call with. Throws NOT_CONFIGURED when there is none. */
  current(call: Call): Promise<string>
  /** Told that WeChat refused this token: another one, or undefined when there is no other. */
  replace(refused: string, call: Call): Promise<string | undefined>
}

/**
 * The authorizer_access_token from the environment: `WECHAT_AUTHORIZER_ACCESS_TOKEN`, of the app that
 * `WECHAT_AUTHORIZER_APPID` names. Throws NOT_FOUND when another app is asked for: its numbers would be wrong ones.
 */
export function authorizerTokens(authorizerAppid: string): AccessTokens {
  return {
    async current({ environment }) {
      const appid = environment.need('WECHAT_AUTHORIZER_APPID')
      if (appid === authorizerAppid) return environment.secret('WECHAT_AUTHORIZER_ACCESS_TOKEN')
      throw new CallError(
        'NOT_FOUND',
        text(
          '没有这个小程序的授权，请检查 authorizerAppid。',
          'This Mini Program has not authorised us. Check authorizerAppid.',
        ),
      )
    },
    replace: noOther,
  }
}

/** Any authorised app's token, for what all authorised apps share. */
export function anyAuthorizerTokens(): AccessTokens {
  return {
    current: async ({ environment }) => environment.secret('WECHAT_AUTHORIZER_ACCESS_TOKEN'),
    replace: noOther,
  }
}

async function noOther(): Promise<undefined> {
  return undefined
}
