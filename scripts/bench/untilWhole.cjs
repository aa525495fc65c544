// Calls a function again with its cursor until the answer is whole; sends what it took to the parent.
const { readFileSync } = require('node:fs')
const [file, event, timeLimit] = process.argv.slice(2)
const { main } = require(file)

// Not resourceUsage().maxRSS, which begins with the parent's.
function peakRssKb() {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
}

async function run() {
  const startedAt = performance.now()
  const parts = []
  let cursor
  do {
    const input = { ...JSON.parse(event), ...(cursor && { cursor }) }
    const answer = await main(input, { time_limit_in_ms: Number(timeLimit) })
    if (!answer.ok) throw new Error(JSON.stringify(answer))
    parts.push(answer.data)
    cursor = answer.data.next
  } while (cursor)
  const ms = performance.now() - startedAt
  const peakRssMb = peakRssKb() / 1024
  process.send({ ms, peakRssMb, invocations: parts.length, parts }, () => process.exit(0))
}

run().catch(error => {
  console.error(error)
  process.exit(1)
})
