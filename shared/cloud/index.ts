export { type CloudCommand, type CloudDatabase, cloudDatabase } from './database'
export { sdkErrorCode, sdkErrorMessage } from './failure'
export { cloudSdk, type Sdk } from './sdk'
