import { expect, it } from '@jest/globals'
import { CallLog } from './calls'

const reply = { status: 200, body: '' }
const route = { api: 'some', answer: () => reply, refuse: () => reply, hollow: () => reply }

it('counts every call but keeps the last thousand only', async () => {
  let now = 0
  const log = new CallLog(() => ++now)
  for (let call = 0; call < 4_500; call++) await log.follow(route).answer()
  expect(log.counts.get('some')).toBe(4_500)
  expect(log.latest).toHaveLength(1_000)
  expect(log.latest.at(-1)).toEqual({ api: 'some', at: 4_500, status: 200 })
  expect(log.latest[0]).toEqual({ api: 'some', at: 3_501, status: 200 })
})

it('knows the most calls within any one second, for each API', () => {
  let now = 0
  const log = new CallLog(() => now)
  for (const at of [0, 999, 1_000, 1_100, 1_200, 1_998, 1_999, 3_500]) {
    now = at
    log.follow(route)
  }
  log.follow({ ...route, api: 'other' })
  // 999 to 1,998: a second later than 999 is the next one.
  expect(log.peaks).toEqual(
    new Map([
      ['some', 5],
      ['other', 1],
    ]),
  )
})
