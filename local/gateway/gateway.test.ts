import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FaultPlan } from '../http/faults'
import { encodeMessage } from './protobuf'
import { bytes, Client, message, pair } from './testing/client'
import { startTestGateway, type TestGateway } from './testing/gateway'

const faults = new FaultPlan()
let calls: string[] = []
let gateway: TestGateway
let client: Client

beforeEach(async () => {
  calls = []
  gateway = await startTestGateway({ faults, onCall: api => calls.push(api) })
  client = new Client(gateway)
})

afterEach(async () => {
  faults.clear()
  await gateway.close()
})

describe('what the gateway does not know is refused by name', () => {
  test.each([
    ['action', () => client.act({ action: 'database.watch' }), /unknown action: database\.watch/],
    ['inherited action', () => client.act({ action: 'constructor' }), /unknown action: constructor/],
    ['missing action', () => client.act({}), /parameter action/],
    ['parameter', () => client.act({ action: 'database.startTransaction', hint: 1 }), /parameter hint/],
    [
      'parameter of openapi',
      () => client.act({ action: 'wx.api', apiName: 'a', requestData: '{}', appid: 'wx1' }),
      /parameter appid/,
    ],
  ])('%s', async (_, ask, reason) => {
    expect(await ask()).toMatchObject({ code: 'INVALID_PARAM', message: expect.stringMatching(reason) })
  })

  test.each([
    ['content type', 'a=1', 'application/x-www-form-urlencoded', /unknown content type: application\/x-www-form/],
    ['body that is not JSON', '{', 'application/json', /not a JSON object/],
    ['body that is not an object', '1', 'application/json', /not a JSON object/],
    ['multipart without boundary', 'x', 'multipart/form-data', /multipart body: .*oundary/],
    ['multipart cut off', '--x\r\nContent-Disposition: form-data', 'multipart/form-data; boundary=x', /multipart body/],
  ])('%s', async (_, body, type, reason) => {
    const answer = JSON.parse((await client.post(body, type)).body.toString())
    expect(answer).toMatchObject({ code: 'INVALID_PARAM', message: expect.stringMatching(reason) })
  })

  test('path', async () => {
    const { status, body } = await client.post('{}', 'application/json', '/elsewhere')
    expect(status).toBe(404)
    expect(body.toString()).toContain('unknown path: POST /elsewhere')
  })

  test('a part that is there twice', async () => {
    const data = client.form({ action: 'wx.openApi' })
    data.append('action', 'wx.api')
    expect((await client.post(data)).body.toString()).toContain('part action is there twice')
  })

  test.each([
    ['another api_type', encodeMessage([{ number: 1, varint: 1n }]), /api_type 1/],
    ['another appid', message({}, bytes(6, 'wx1')), /field 6 of CommApiData/],
    [
      'a parameter that is a file',
      encodeMessage([bytes(2, encodeMessage([pair('media', 'octets', bytes(3, 'image/png'))]))]),
      /field 3/,
    ],
    ['a parameter that is not JSON', encodeMessage([bytes(2, encodeMessage([pair('a', '{')]))]), /a is not JSON/],
    ['octets that are no message', Buffer.from([0xff]), /requestData: the message ends/],
  ])('a cloud call with %s', async (_, requestData, reason) => {
    const { refusal } = await client.openApi('logistics.getQuota', requestData)
    expect(refusal).toMatchObject({ code: 'INVALID_PARAM', message: expect.stringMatching(reason) })
  })
})

describe('the API token', () => {
  test.each([
    ['none', undefined],
    ['an unknown one', 'forged'],
    ['not text', 7],
  ])('%s is refused', async (_, token) => {
    const answer = await client.act({ action: 'database.addCollection', collectionName: 'c', wxCloudApiToken: token })
    expect(answer).toMatchObject({ code: 'INVALID_REQUEST_SOURCE' })
  })

  test('works until the invocation ends', async () => {
    gateway.sessions.revoke(gateway.token)
    expect(await client.act({ action: 'database.startTransaction' })).toMatchObject({ code: 'INVALID_REQUEST_SOURCE' })
  })
})

describe('faults', () => {
  test('take the form of the API they are planned for', async () => {
    faults.add('logistics.getQuota', { kind: 'error', code: '9300502', message: 'busy' }, 1)
    faults.add('logistics.getQuota', { kind: 'error', code: '-604101' }, 1)
    faults.add('logistics.getQuota', { kind: 'error', code: 'SYS_ERR', message: 'down' }, 1)
    faults.add('logistics.getQuota', { kind: 'hollow' }, 1)
    expect(await client.quota()).toEqual({ text: '{"errcode":9300502,"errmsg":"busy"}' })
    expect(await client.quota()).toEqual({ errorCode: -604101 })
    expect((await client.quota()).refusal).toMatchObject({ code: 'SYS_ERR', message: 'down' })
    expect(await client.quota()).toEqual({ text: '{}' })
    expect(await client.quota()).toEqual({ text: '{"quota_num":210}' })
    expect(calls).toEqual(Array(5).fill('logistics.getQuota'))
  })

  test('reach the older cloud calls, and the database too', async () => {
    faults.add('logistics.getAllAccount', { kind: 'error', code: '-1', message: 'busy' }, 1)
    faults.add('logistics.getAllAccount', { kind: 'hollow' }, 1)
    const legacy = () =>
      client.act({ action: 'wx.api', cgiName: 'commrpcv2', apiName: 'logistics.getAllAccount', requestData: '{}' })
    expect(await legacy()).toMatchObject({ data: { responseData: '{"errcode":-1,"errmsg":"busy"}' } })
    expect(await legacy()).toMatchObject({ data: { responseData: '{}' } })
    faults.add('database.startTransaction', { kind: 'error', code: 'SERVER_TIMEOUT' }, 1)
    faults.add('database.startTransaction', { kind: 'hollow' }, 1)
    expect(await client.act({ action: 'database.startTransaction' })).toMatchObject({ code: 'SERVER_TIMEOUT' })
    expect(await client.act({ action: 'database.startTransaction' })).toEqual({ requestId: expect.any(String) })
    expect(await client.act({ action: 'database.startTransaction' })).toMatchObject({
      transactionId: expect.any(String),
    })
  })
})

test('counts what it was asked for, by action', async () => {
  await client.act({ action: 'database.startTransaction' })
  await client.act({ action: 'database.startTransaction' })
  await client.act({ action: 'database.getDocument', collectionName: 'none' })
  await client.quota()
  await client.act({ action: 'database.startTransaction', wxCloudApiToken: 'forged' })
  expect(gateway.counts).toEqual(
    new Map([
      ['database.startTransaction', 2],
      ['database.getDocument', 1],
      ['logistics.getQuota', 1],
    ]),
  )
})
