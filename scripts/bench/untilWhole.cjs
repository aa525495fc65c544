// Calls a function again with its cursor until the answer is whole; sends what it took to the parent.
const [file, event, timeLimit] = process.argv.slice(2)
const { main } = require(file)

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
  const peakRssMb = process.resourceUsage().maxRSS / 1024
  process.send({ ms, peakRssMb, invocations: parts.length, parts }, () => process.exit(0))
}

run().catch(error => {
  console.error(error)
  process.exit(1)
})
