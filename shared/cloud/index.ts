export { sdkErrorCode, sdkErrorMessage } from './failure'
export { cloudSdk, type Sdk } from './sdk'
