import { describe, expect, test } from '@jest/globals'
import { eventFor, sourceOf } from './caller'

const NOW = Date.UTC(2024, 4, 1, 2, 3, 4, 567)
const CLIENT = { kind: 'client', openid: 'oAlice' } as const

describe('eventFor', () => {
  test('names the user of a client over whatever the client wrote', () => {
    const forged = { a: 1, userInfo: { openId: 'oMallory' }, tcbContext: { x: 1 } }
    expect(eventFor(CLIENT, forged, 'wxapp', NOW)).toEqual({
      a: 1,
      userInfo: { appId: 'wxapp', openId: 'oAlice' },
      tcbContext: {},
    })
  })

  test.each([[[1, 2]], ['text'], [null], [7]])('leaves %j as it is', event => {
    expect(eventFor(CLIENT, event, 'wxapp', NOW)).toBe(event)
  })

  test('writes the event of a timer, with whole seconds', () => {
    expect(eventFor({ kind: 'timer', triggerName: 'hourly' }, { ignored: true }, 'wxapp', NOW)).toEqual({
      Type: 'Timer',
      TriggerName: 'hourly',
      Time: '2024-05-01T02:03:04Z',
      Message: '',
    })
  })

  test('passes the event of a function and of an HTTP request on', () => {
    const event = { a: 1 }
    expect(eventFor({ kind: 'function', source: 'wx_client', openid: 'oAlice' }, event, 'wxapp', NOW)).toBe(event)
    expect(eventFor({ kind: 'http' }, event, 'wxapp', NOW)).toBe(event)
  })
})

test('a function is one more link in the chain of sources', () => {
  expect(sourceOf({ kind: 'function', source: 'wx_client,scf' })).toBe('wx_client,scf,scf')
})
