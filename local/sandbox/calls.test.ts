import { expect, it } from '@jest/globals'
import { CallLog } from './calls'

it('counts every call but keeps the last thousand only', async () => {
  let now = 0
  const log = new CallLog(() => ++now)
  const reply = { status: 200, body: '' }
  const route = { api: 'some', answer: () => reply, refuse: () => reply, hollow: () => reply }
  for (let call = 0; call < 4_500; call++) await log.follow(route).answer()
  expect(log.counts.get('some')).toBe(4_500)
  expect(log.latest).toHaveLength(1_000)
  expect(log.latest.at(-1)).toEqual({ api: 'some', at: 4_500, status: 200 })
  expect(log.latest[0]).toEqual({ api: 'some', at: 3_501, status: 200 })
})
