// What one would write where there is no SDK: a GET over a kept-alive connection, no signature, no check, no retry.
const http = require('node:http')
const agent = new http.Agent({ keepAlive: true })
exports.main = ({ url, headers }) =>
  new Promise((resolve, reject) => {
    http
      .get(url, { headers, agent }, response => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', chunk => {
          body += chunk
        })
        response.on('end', () => resolve(JSON.parse(body)))
      })
      .on('error', reject)
  })
