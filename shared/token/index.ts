export { type AccessTokens, anyAuthorizerTokens, authorizerTokens } from './authorizerTokens'
