// The documented sample of logistics.getQuota, word for word.
const cloud = require('wx-server-sdk')
cloud.init()
exports.main = async () => {
  try {
    const result = await cloud.openapi.logistics.getQuota({
      deliveryId: 'YTO',
      bizId: 'xyz',
    })
    console.log(result)
    return result
  } catch (err) {
    console.log(err)
    return err
  }
}

// The call alone, for warm comparisons.
exports.bare = () => cloud.openapi.logistics.getQuota({ deliveryId: 'YTO', bizId: 'xyz' })
