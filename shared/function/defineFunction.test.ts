import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import * as v from 'valibot'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock, NOON } from '../../tests/support/clock'
import { captureConsole } from '../../tests/support/console'
import { type Call, CallError, text } from '../call'
import type { Caller } from './caller'
import { defineFunction } from './defineFunction'
import { exactly, wholeNumber } from './schema'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const FUNCTION = { WX_CONTEXT_KEYS: 'WX_API_TOKEN', TCB_SOURCE: 'scf', YULIANG_LANGUAGE: 'en' }
const CLIENT = { ...SDK_VARIABLES, WX_CONTEXT_KEYS: 'WX_OPENID', WX_OPENID: 'oME', TCB_SOURCE: 'wx_client' }
const CONTEXT = { request_id: 'r-1', time_limit_in_ms: 3000 }

type Run = (input: { n?: number | undefined }, call: Call) => Promise<unknown>

describe('defineFunction', () => {
  beforeEach(() => mockCloud.reset())

  describe('the result', () => {
    it('holds what run gives, under the request id', async () => {
      const { result } = await invoke(async ({ n }) => ({ doubled: (n ?? 0) * 2 }), { event: { n: 21 } })
      expect(result).toEqual({ ok: true, data: { doubled: 42 }, requestId: 'r-1' })
    })

    it('holds the error that run throws', async () => {
      const { result } = await invoke(async () => {
        throw new CallError('NOT_FOUND', text('没有', 'Nothing there.'))
      })
      const error = { code: 'NOT_FOUND', message: 'Nothing there.', retryable: false }
      expect(result).toEqual({ ok: false, error, requestId: 'r-1' })
    })

    it('speaks Chinese unless YULIANG_LANGUAGE says en', async () => {
      const run: Run = async () => {
        throw new CallError('NOT_FOUND', text('没有', 'Nothing there.'))
      }
      const { result } = await invoke(run, { variables: { ...FUNCTION, YULIANG_LANGUAGE: undefined } })
      expect(result).toMatchObject({ error: { message: '没有' } })
    })

    it('names the fields of a bad input, and run is not called', async () => {
      const run = jest.fn<Run>()
      const { result } = await invoke(run, { event: { n: 1.5, nn: 1 } })
      expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT', fields: [{ path: 'nn' }] } })
      expect(run).not.toHaveBeenCalled()
    })

    it.each<[unknown]>([[[]], ['text'], [7], [false]])('refuses the event %p', async event => {
      const { result } = await invoke(async () => 1, { event })
      expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT', fields: [{ path: '' }] } })
    })

    it('takes no event at all for an empty input', async () => {
      expect((await invoke(async input => input, { event: undefined })).result).toMatchObject({ ok: true, data: {} })
    })
  })

  describe('the caller', () => {
    it('is refused without a role, before input is looked at and run is called', async () => {
      mockCloud.store.create('yl_members')
      const run = jest.fn<Run>()
      const { result } = await invoke(run, { variables: CLIENT, event: { bad: 1 } })
      expect(result).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
      expect(run).not.toHaveBeenCalled()
    })

    it('is let in with its role from the members', async () => {
      mockCloud.store.create('yl_members', [{ _id: 'oME', role: 'viewer' }])
      expect((await invoke(async () => 1, { variables: CLIENT })).result.ok).toBe(true)
    })

    it('is never who the event says', async () => {
      mockCloud.store.create('yl_members', [{ _id: 'oADMIN', role: 'admin' }])
      const run = jest.fn<Run>()
      const forged = { Type: 'Timer', TriggerName: 't', userInfo: { openId: 'oADMIN' }, OPENID: 'oADMIN' }
      const { result } = await invoke(run, { variables: CLIENT, event: forged })
      expect(result).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
      expect(run).not.toHaveBeenCalled()
    })

    it('who sends a timer’s keys as a client is told that they are no inputs', async () => {
      const event = { Type: 'Timer', TriggerName: 't', Time: 'now', Message: '{"n":1}' }
      const { result } = await invoke(async () => 1, { variables: { ...CLIENT, ADMIN_OPENIDS: 'oME' }, event })
      expect(result).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } })
      const paths = result.ok ? [] : result.error.fields?.map(({ path }) => path)
      expect(paths).toEqual(['Type', 'TriggerName', 'Time', 'Message'])
    })

    it('being a timer, gives its input in Message', async () => {
      const event = { Type: 'Timer', TriggerName: 't', Time: 'now', Message: '{"n":5}' }
      const { result } = await invoke(async input => input, { variables: { TRIGGER_SRC: 'timer' }, event })
      expect(result).toMatchObject({ ok: true, data: { n: 5 } })
    })
  })

  describe('a role by the input', () => {
    const input = exactly({ action: v.picklist(['look', 'change']) })
    const run = jest.fn(async (_: unknown, __: Call, caller: Caller) => caller)
    const main = (variables: NodeJS.ProcessEnv) =>
      defineFunction(
        { name: 'testing', role: ({ action }) => (action === 'change' ? 'admin' : 'viewer'), input, run },
        { clock: fakeClock(), variables },
      )
    const codeOf = async (event: unknown, variables: NodeJS.ProcessEnv) => {
      const { result } = await captureConsole(() => main(variables)(event, CONTEXT))
      return result.ok ? 'OK' : result.error.code
    }
    beforeEach(() => void run.mockClear())

    it.each([
      ['admin', 'look', 'OK'],
      ['admin', 'change', 'OK'],
      ['admin', 'other', 'INVALID_ARGUMENT'],
      ['viewer', 'look', 'OK'],
      ['viewer', 'change', 'PERMISSION_DENIED'],
      ['viewer', 'other', 'INVALID_ARGUMENT'],
      ['stranger', 'look', 'PERMISSION_DENIED'],
      ['stranger', 'change', 'PERMISSION_DENIED'],
      ['stranger', 'other', 'PERMISSION_DENIED'],
    ])('as %s, asking for %s: %s, by one look-up', async (role, action, code) => {
      mockCloud.store.create('yl_members', role === 'stranger' ? [] : [{ _id: 'oME', role }])
      expect(await codeOf({ action }, CLIENT)).toBe(code)
      expect(run).toHaveBeenCalledTimes(code === 'OK' ? 1 : 0)
      expect(mockCloud.store.requests).toEqual(['collection.get'])
    })

    it('lets another function do everything, without a look-up', async () => {
      expect(await codeOf({ action: 'change' }, FUNCTION)).toBe('OK')
      expect(mockCloud.store.requests).toEqual([])
    })

    it('tells run who calls', async () => {
      await codeOf({ action: 'change' }, { ...CLIENT, ADMIN_OPENIDS: 'oME' })
      await codeOf({ action: 'look' }, FUNCTION)
      expect(run.mock.calls.map(([, , caller]) => caller)).toEqual([
        { kind: 'client', openid: 'oME' },
        { kind: 'function' },
      ])
    })
  })

  describe('never throws', () => {
    it.each<[string, unknown]>([
      ['an Error', new Error('boom')],
      ['a string', 'boom'],
      ['undefined', undefined],
      ['null', null],
      ['an object', { code: 'NOT_FOUND' }],
      ['a symbol', Symbol('boom')],
      ['an Error without a stack', Object.assign(new Error('boom'), { stack: undefined })],
    ])('when run rejects with %s: INTERNAL, naming the request id', async (_, thrown) => {
      const { result } = await invoke(() => Promise.reject(thrown))
      expect(result).toMatchObject({ ok: false, error: { code: 'INTERNAL', retryable: false }, requestId: 'r-1' })
      expect(result.ok || result.error.message).toContain('r-1')
    })

    it('when run throws instead of rejecting', async () => {
      const { result } = await invoke(() => {
        throw new Error('at once')
      })
      expect(result).toMatchObject({ ok: false, error: { code: 'INTERNAL' } })
    })

    it('when the event’s getters or traps throw', async () => {
      const getter = {
        get n() {
          throw new Error('trap')
        },
      }
      const proxy = new Proxy({}, { ownKeys: () => ['n', 'n'] })
      for (const event of [getter, proxy]) {
        const { result } = await invoke(async () => 1, { event })
        expect(result).toMatchObject({ ok: false, error: { code: 'INTERNAL' } })
      }
    })

    it('for any event', async () => {
      await fc.assert(
        fc.asyncProperty(fc.anything({ withBigInt: true, withDate: true, withMap: true }), async event => {
          const { result } = await invoke(async () => 1, { event })
          expect(typeof result.requestId).toBe('string')
          expect(result.ok ? 'OK' : result.error.code).toMatch(/^(OK|INVALID_ARGUMENT)$/)
        }),
        { numRuns: 300 },
      )
    })
  })

  describe('an internal error', () => {
    it('is logged with its name and frames, never with its message', async () => {
      const { text, lines } = await invoke(async () => {
        throw new RangeError('canary-secret-7f3a')
      })
      expect(text).not.toContain('canary-secret-7f3a')
      expect(lines[0]).toMatchObject({ event: 'internal-error', requestId: 'r-1', error: 'RangeError' })
      expect(lines[0]?.['frames']).toMatch(/^\s+at .*defineFunction\.test/)
    })

    it('that is no Error is logged by its type, never by its value', async () => {
      const { text, lines } = await invoke(() => Promise.reject('canary-secret-7f3a'))
      expect(text).not.toContain('canary-secret-7f3a')
      expect(lines[0]).toMatchObject({ event: 'internal-error', error: 'string' })
    })
  })

  describe('the request id', () => {
    it.each<[unknown]>([[null], [undefined], [{}], [{ request_id: '' }], [{ request_id: 7 }], ['text']])(
      'is made up for the context %p',
      async context => {
        const clock = fakeClock({ random: Math.random })
        const first = await invoke(async (_, call) => call.requestId, { context, clock })
        const second = await invoke(async (_, call) => call.requestId, { context, clock })
        expect(first.result.requestId).toMatch(/^local-[a-z\d]+-[a-z\d]+$/)
        expect(first.result).toMatchObject({ data: first.result.requestId })
        expect(second.result.requestId).not.toBe(first.result.requestId)
      },
    )
  })

  describe('the deadline', () => {
    it('answers for a run that hangs, a grace of 100 ms after the deadline and before the time-out', async () => {
      const clock = fakeClock()
      let answeredAt = 0
      const work = invoke(() => new Promise(() => {}), { clock }).finally(() => {
        answeredAt = clock.now() - NOON
      })
      await clock.advance(2599)
      expect(answeredAt).toBe(0)
      await clock.advance(1)
      expect(answeredAt).toBe(2600)
      expect((await work).result).toMatchObject({ ok: false, error: { code: 'DEADLINE_EXCEEDED', retryable: true } })
    })

    it('takes the budget from the context', async () => {
      const clock = fakeClock()
      const remaining = { ...CONTEXT, getRemainingTimeInMillis: () => 1000 }
      const work = invoke(() => new Promise(() => {}), { clock, context: remaining })
      await clock.advance(900)
      expect((await work).result).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } })
      expect(clock.now() - NOON).toBe(900)
    })

    it('prefers what run itself says within the grace', async () => {
      const clock = fakeClock()
      const work = invoke(
        async (_, call) => {
          await call.deadline.race(new Promise(() => {})).catch(() => call.clock.sleep(50))
          return 'partial'
        },
        { clock },
      )
      await clock.advance(2550)
      expect((await work).result).toMatchObject({ ok: true, data: 'partial' })
    })

    it.each(['resolves', 'rejects'])(
      'ends what is still under way when run %s, so that nothing is asked after the answer',
      async end => {
        let signal: AbortSignal | undefined
        await invoke(async (_, call) => {
          signal = call.deadline.signal
          expect(signal.aborted).toBe(false)
          if (end === 'rejects') throw new Error('x')
        })
        expect(signal?.aborted).toBe(true)
      },
    )

    it('leaves no timer behind, however run ends', async () => {
      const clock = fakeClock()
      await invoke(async () => 1, { clock })
      expect(clock.sleeping).toBe(0)
      await invoke(() => Promise.reject(new Error('x')), { clock })
      expect(clock.sleeping).toBe(0)
      const hanging = invoke(() => new Promise(() => {}), { clock })
      await clock.advance(2600)
      await hanging
      expect(clock.sleeping).toBe(0)
    })

    it('lets a run that fails after the answer fail unheard', async () => {
      // Jest fails a test during which a rejection goes unhandled.
      const clock = fakeClock()
      const work = invoke(
        async (_, call) => {
          await call.clock.sleep(5000)
          throw new Error('late')
        },
        { clock },
      )
      await clock.advance(6000)
      expect((await work).result).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } })
    })
  })

  it('logs one line per invocation: function, request id, caller, code and time', async () => {
    const clock = fakeClock()
    const slow = invoke(async (_, call) => call.clock.sleep(40.4), { clock })
    await clock.advance(41)
    expect((await slow).lines).toEqual([
      { event: 'invocation', function: 'testing', requestId: 'r-1', caller: 'function', code: 'OK', ms: 40 },
    ])
    const { lines } = await invoke(async () => 1, { event: { x: 1 }, variables: { ...CLIENT, ADMIN_OPENIDS: 'oME' } })
    expect(lines).toEqual([
      { event: 'invocation', function: 'testing', requestId: 'r-1', caller: 'client', code: 'INVALID_ARGUMENT', ms: 0 },
    ])
  })
})

interface Invocation {
  event?: unknown
  context?: unknown
  variables?: NodeJS.ProcessEnv
  clock?: FakeClock
}

function invoke(run: Run, { event = {}, variables = FUNCTION, clock = fakeClock(), ...rest }: Invocation = {}) {
  const main = defineFunction(
    { name: 'testing', role: 'viewer', input: exactly({ n: v.optional(wholeNumber(1, 100)) }), run },
    { clock, variables },
  )
  return captureConsole(() => main(event, 'context' in rest ? rest.context : CONTEXT))
}
