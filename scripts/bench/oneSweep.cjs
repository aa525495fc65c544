// Runs watchQuotas once, as its timer would, and sends what that took to the parent.
const { readFileSync } = require('node:fs')
const [file, timeLimit] = process.argv.slice(2)
const { main } = require(file)

// Not resourceUsage().maxRSS, which begins with the parent's.
function peakRssKb() {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
}

async function run() {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  const answer = await main({}, { time_limit_in_ms: Number(timeLimit) })
  const { user, system } = process.cpuUsage(before)
  const ms = performance.now() - startedAt
  if (!answer.ok) throw new Error(JSON.stringify(answer))
  const cpuSeconds = (user + system) / 1e6
  process.send({ cpuSeconds, ms, peakRssMb: peakRssKb() / 1024, run: answer.data }, () => process.exit(0))
}

run().catch(error => {
  console.error(error)
  process.exit(1)
})
