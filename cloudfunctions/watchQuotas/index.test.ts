import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { SDK_VARIABLES } from '../../tests/support/call'
import { captureConsole } from '../../tests/support/console'
import { callWithAnything, expectEnvelope } from '../../tests/support/envelope'
import { ADMIN, STRANGER, setVariables, TIMER } from '../../tests/support/variables'
import config from './config.json'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not imports: those would come before the mock.
jest.mock(
  '../../shared/provider/source',
  () => jest.requireActual<typeof import('../../shared/watch/testing')>('../../shared/watch/testing').scriptedSources,
)
const { reading, scriptOf } = require('../../shared/watch/testing') as typeof import('../../shared/watch/testing')
const { main } = require('.') as typeof import('.')

const CONTEXT = { request_id: 'r-1', time_limit_in_ms: 60_000 }
const EVENT = { Type: 'Timer', TriggerName: 'everyTenMinutes', Time: '2026-11-20T02:00:00Z', Message: '' }
const FUNCTION = { ...ADMIN, WX_OPENID: undefined, TCB_SOURCE: 'wx_trigger,scf' }

describe('watchQuotas', () => {
  let restore = () => {}
  beforeEach(() => {
    mockCloud.reset()
    mockCloud.deploy('watchQuotas', () => null)
    scriptOf('waybill').isConfigured = true
    scriptOf('waybill').readings = [reading('YTO/xyz', '210')]
  })
  afterEach(() => restore())

  const call = async (event: unknown, variables: NodeJS.ProcessEnv) => {
    restore()
    restore = setVariables({ ...SDK_VARIABLES, ...variables })
    return (await captureConsole(() => main(event, CONTEXT))).result
  }

  it('as the timer, reads what is due and gives the record of the run', async () => {
    const result = await call(EVENT, TIMER)
    expect(result).toMatchObject({
      ok: true,
      requestId: 'r-1',
      data: { connections: [{ id: 'env-waybill', outcome: 'complete' }], readings: 1, changed: 1, degraded: [] },
    })
    expectEnvelope(result)
  })

  it('called by itself, reads only what it is asked to', async () => {
    expect(await call({ connections: ['c1'] }, FUNCTION)).toMatchObject({ ok: true, data: { connections: [] } })
    expect(await call({ connections: ['env-waybill'] }, FUNCTION)).toMatchObject({ data: { connections: [] } })
    await call(EVENT, TIMER)
    mockCloud.store.request('test', engine =>
      engine.update({
        collection: 'yl_connections',
        query: {},
        data: { $set: { dueAt: 0 } },
        multi: true,
        merge: true,
        upsert: false,
      }),
    )
    expect(await call({ connections: ['env-waybill'] }, FUNCTION)).toMatchObject({
      data: { connections: [{ id: 'env-waybill' }], changed: 0 },
    })
  })

  it('is for administrators, not for anybody', async () => {
    expect(await call({}, ADMIN)).toMatchObject({ ok: true })
    mockCloud.store.create('yl_members', [{ _id: 'oSTRANGER', role: 'viewer' }])
    expect(await call({}, STRANGER)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
    expect(await call(EVENT, STRANGER)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
  })

  it.each([
    [{ connection: ['c1'] }, 'connection'],
    [{ connections: 'c1' }, 'connections'],
    [{ connections: [1] }, 'connections.0'],
    [{ connections: [''] }, 'connections.0'],
    [{ connections: ['x'.repeat(201)] }, 'connections.0'],
    [{ connections: Array(101).fill('c1') }, 'connections'],
  ])('names what is wrong with the input %#', async (event, path) => {
    expect(await call(event, FUNCTION)).toMatchObject({
      ok: false,
      error: { code: 'INVALID_ARGUMENT', fields: [expect.objectContaining({ path })] },
    })
  })

  it('says so when the database cannot be read', async () => {
    mockCloud.store.fail(-502001)
    expect(await call(EVENT, TIMER)).toMatchObject({
      ok: false,
      error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
    })
  })

  it('answers any event with a well-formed envelope', async () => {
    restore = setVariables({ ...SDK_VARIABLES, ...ADMIN })
    const codes = await callWithAnything(main, ['connections'])
    expect(codes).not.toContain('INTERNAL')
    expect(codes).toContain('INVALID_ARGUMENT')
  })

  it('beats every ten minutes', () => {
    expect(config.triggers).toEqual([{ name: 'everyTenMinutes', type: 'timer', config: '0 */10 * * * * *' }])
  })
})
