export { type CloudCommand, cloudDatabase } from './database'
export { sdkErrorCode, sdkErrorMessage } from './failure'
export { cloudSdk, type Sdk } from './sdk'
