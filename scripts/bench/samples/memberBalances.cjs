// The SDK's documented way to call: the whole package, one client, the result printed. Only the socket is redirected.
const http = require('node:http')
const net = require('node:net')
const tencentcloud = require('tencentcloud-sdk-nodejs')
const port = Number(new URL(process.env.TENCENT_BILLING_URL).port)
const agent = new http.Agent({ keepAlive: true })
agent.createConnection = (_, done) => net.connect(port, '127.0.0.1', done)
const client = new tencentcloud.billing.v20180709.Client({
  credential: { secretId: process.env.TENCENT_SECRET_ID, secretKey: process.env.TENCENT_SECRET_KEY },
  profile: { httpProfile: { endpoint: 'billing.intl.tencentcloudapi.com', protocol: 'http://', agent } },
})
exports.main = async () => {
  const data = await client.DescribeOrgMemberAccountBalance({ MemberUins: ['700001941608'] })
  console.log(data)
  return data
}

// The call alone, for warm comparisons.
exports.bare = () => client.DescribeOrgMemberAccountBalance({ MemberUins: ['700001941608'] })
