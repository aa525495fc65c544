// The documented way to call Tencent Cloud: the whole SDK, one client. Only the socket is redirected.
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
exports.main = () => client.DescribeOrgMemberAccountBalance({ MemberUins: ['700001941608'] })
