// The documented sample of logistics.getQuota, as it stands in WeChat's documentation.
const cloud = require('wx-server-sdk')
cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
exports.main = async () => {
  try {
    return await cloud.openapi.logistics.getQuota({ deliveryId: 'YTO', bizId: 'xyz' })
  } catch (err) {
    return err
  }
}
