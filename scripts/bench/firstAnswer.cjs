// Loads one function, waits for its first answer, and ends. With no argument: how long node itself takes.
const [file, event = '{}'] = process.argv.slice(2)
if (file) {
  require(file)
    .main(JSON.parse(event), { time_limit_in_ms: 10_000 })
    .then(answer => {
      if (answer?.ok === false || answer instanceof Error) throw new Error(JSON.stringify(answer))
      process.exit(0)
    })
    .catch(error => {
      console.error(error)
      process.exit(1)
    })
}
