export { callWechatApi } from './api'
export { cloudCall } from './cloudCall'
