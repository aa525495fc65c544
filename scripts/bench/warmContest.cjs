// Calls two functions in turn and sends the times of both to the parent.
const contest = JSON.parse(process.argv[2])
const context = { time_limit_in_ms: 10_000 }
const ours = require(contest.file).main
const theirs = require(contest.base).bare
const WARM_UP = 200
const ROUNDS = 1500

async function timed(main, event, times) {
  const startedAt = performance.now()
  const answer = await main(event, context)
  times.push(performance.now() - startedAt)
  if (answer?.ok === false || answer instanceof Error || answer?.errcode) throw new Error(JSON.stringify(answer))
}

async function run() {
  const result = { ours: [], theirs: [] }
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    await timed(ours, contest.event, result.ours)
    await timed(theirs, contest.baseEvent, result.theirs)
  }
  process.send({ ours: result.ours.slice(WARM_UP), theirs: result.theirs.slice(WARM_UP) }, () => process.exit(0))
}

run().catch(error => {
  console.error(error)
  process.exit(1)
})
