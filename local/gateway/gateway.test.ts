import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FaultPlan } from '../http/faults'
import { decodeMessage, encodeMessage, type Field } from './protobuf'
import { json, startTestGateway, type TestGateway } from './testing'

let now = 1_000_000
const faults = new FaultPlan()
let calls: string[] = []
let gateway: TestGateway

beforeEach(async () => {
  calls = []
  gateway = await startTestGateway({ now: () => now, faults, onCall: api => calls.push(api) })
})

afterEach(async () => {
  faults.clear()
  await gateway.close()
})

async function post(body: string | FormData, type = 'application/json', path = '/admin') {
  const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': type } : {}
  const response = await fetch(new URL(path, gateway.url), { method: 'POST', body, headers })
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) }
}

async function act(fields: object): Promise<Record<string, unknown>> {
  const { body } = await post(JSON.stringify({ wxCloudApiToken: gateway.token, ...fields }))
  return JSON.parse(body.toString())
}

function form(fields: Record<string, string | Buffer>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries({ wxCloudApiToken: gateway.token, ...fields })) {
    data.append(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)]))
  }
  return data
}

const bytes = (number: number, content: Buffer | string): Field => ({ number, bytes: Buffer.from(content) })

/** A CommApiData with these parameters. */
function message(parameters: Record<string, unknown>, ...more: Field[]): Buffer {
  const pairs = Object.entries(parameters).map(([key, value]) =>
    bytes(1, encodeMessage([bytes(1, key), bytes(2, JSON.stringify(value))])),
  )
  return encodeMessage([{ number: 1, varint: 0n }, bytes(2, encodeMessage(pairs)), ...more])
}

/** The reply to a cloud call: its respData, or the platform's refusal. */
async function openApi(apiName: string, requestData: Buffer = message({})) {
  const { body } = await post(form({ action: 'wx.openApi', apiName, requestData }))
  if (body.toString().startsWith('{')) return { refusal: JSON.parse(body.toString()) }
  const fields = decodeMessage(body)
  const respData = fields.find(field => field.number === 1)
  const errorCode = fields.find(field => field.number === 3)
  return {
    text: respData && 'bytes' in respData ? respData.bytes.toString() : undefined,
    errorCode: errorCode && 'varint' in errorCode ? Number(BigInt.asIntN(64, errorCode.varint)) : undefined,
  }
}

const quota = (bizId = 'xyz') => openApi('logistics.getQuota', message({ delivery_id: 'YTO', biz_id: bizId }))

describe('what the gateway does not know is refused by name', () => {
  test.each([
    ['action', () => act({ action: 'database.watch' }), /unknown action: database\.watch/],
    ['inherited action', () => act({ action: 'constructor' }), /unknown action: constructor/],
    ['missing action', () => act({}), /parameter action/],
    ['parameter', () => act({ action: 'database.startTransaction', hint: 1 }), /parameter hint/],
    ['parameter of openapi', () => act({ action: 'wx.api', apiName: 'a', requestData: '{}' }), /parameter cgiName/],
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
    const answer = JSON.parse((await post(body, type)).body.toString())
    expect(answer).toMatchObject({ code: 'INVALID_PARAM', message: expect.stringMatching(reason) })
  })

  test('path', async () => {
    const { status, body } = await post('{}', 'application/json', '/elsewhere')
    expect(status).toBe(404)
    expect(body.toString()).toContain('unknown path: POST /elsewhere')
  })

  test('a part that is there twice', async () => {
    const data = form({ action: 'wx.openApi' })
    data.append('action', 'wx.api')
    expect((await post(data)).body.toString()).toContain('part action is there twice')
  })

  test.each([
    ['another api_type', encodeMessage([{ number: 1, varint: 1n }]), /api_type 1/],
    ['another appid', message({}, bytes(6, 'wx1')), /field 6 of CommApiData/],
    ['a parameter that is a file', encodeMessage([bytes(2, encodeMessage([bytes(1, fileParameter())]))]), /field 3/],
    ['a parameter that is not JSON', encodeMessage([bytes(2, pairOf('a', '{'))]), /a is not JSON/],
    ['octets that are no message', Buffer.from([0xff]), /requestData: the message ends/],
  ])('a cloud call with %s', async (_, requestData, reason) => {
    const { refusal } = await openApi('logistics.getQuota', requestData)
    expect(refusal).toMatchObject({ code: 'INVALID_PARAM', message: expect.stringMatching(reason) })
  })
})

function pairOf(key: string, value: string): Buffer {
  return encodeMessage([bytes(1, encodeMessage([bytes(1, key), bytes(2, value)]))])
}

function fileParameter(): Buffer {
  return encodeMessage([bytes(1, 'media'), bytes(2, 'octets'), bytes(3, 'image/png')])
}

describe('the API token', () => {
  test.each([
    ['none', undefined],
    ['an unknown one', 'forged'],
    ['not text', 7],
  ])('%s is refused', async (_, token) => {
    const answer = await act({ action: 'database.addCollection', collectionName: 'c', wxCloudApiToken: token })
    expect(answer).toMatchObject({ code: 'INVALID_REQUEST_SOURCE' })
  })

  test('works until the invocation ends', async () => {
    gateway.sessions.revoke(gateway.token)
    expect(await act({ action: 'database.startTransaction' })).toMatchObject({ code: 'INVALID_REQUEST_SOURCE' })
  })
})

describe('cloud calls', () => {
  test('go on with their parameters as they came and the production Host', async () => {
    expect(await quota()).toEqual({ text: '{"quota_num":210}' })
    expect(gateway.wechat.asked).toEqual([
      {
        path: '/cgi-bin/stable_token',
        host: 'api.weixin.qq.com',
        body: '{"grant_type":"client_credential","appid":"wx0000000000000000","secret":"secret"}',
      },
      {
        path: '/cgi-bin/express/business/quota/get?access_token=token-1',
        host: 'api.weixin.qq.com',
        body: '{"delivery_id":"YTO","biz_id":"xyz"}',
      },
    ])
  })

  test('a GET API takes its parameters in the query', async () => {
    await openApi('logistics.getAllAccount', message({ name: '韵达', page: 2 }))
    const path = gateway.wechat.asked.at(-1)?.path ?? ''
    expect(Object.fromEntries(new URL(path, 'http://x').searchParams)).toEqual({
      access_token: 'token-1',
      name: '韵达',
      page: '2',
    })
  })

  test('share one token, asked for once until it expires', async () => {
    await Promise.all([quota(), quota(), quota()])
    expect(tokenRequests()).toHaveLength(1)
    now += 7200_000
    await quota()
    expect(tokenRequests()).toHaveLength(2)
  })

  test('replace a token that is no longer taken, once', async () => {
    await quota()
    gateway.wechat.token = 'token-2'
    expect(await Promise.all([quota(), quota()])).toEqual([
      { text: '{"quota_num":210}' },
      { text: '{"quota_num":210}' },
    ])
    expect(tokenRequests()).toHaveLength(2)
    expect(tokenRequests()[1]?.body).toContain('"force_refresh":true')
  })

  test('give up on a token that is refused again', async () => {
    gateway.wechat.reply = json({ errcode: 42001, errmsg: 'expired' })
    expect(await quota()).toEqual({ text: '{"errcode":42001,"errmsg":"expired"}' })
    expect(tokenRequests()).toHaveLength(2)
  })

  test.each([
    ['an HTTP error', { status: 502, body: '<html>' }, /HTTP 502/],
    ['no JSON', { status: 200, body: '<html>' }, /not a JSON object/],
  ])('an upstream with %s is a system error', async (_, reply, reason) => {
    gateway.wechat.reply = reply
    expect((await quota()).refusal).toMatchObject({ code: 'SYS_ERR', message: expect.stringMatching(reason) })
  })

  test('an upstream that cannot be reached is a system error', async () => {
    await gateway.wechat.close()
    expect((await quota()).refusal).toMatchObject({ code: 'SYS_ERR', message: expect.stringMatching(/reached/) })
  })

  test('in the older way answer in JSON', async () => {
    const legacy = (fields: object) => act({ action: 'wx.api', cgiName: 'commrpcv2', requestData: '{}', ...fields })
    const answerOf = async (fields: object) => (await legacy(fields))['data']
    gateway.wechat.reply = json({ quota_num: 3 })
    expect(await answerOf({ apiName: 'logistics.getQuota' })).toEqual({ responseData: '{"quota_num":3}' })
    expect(await answerOf({ apiName: 'no.such' })).toEqual({
      responseData: '{"errcode":-604100,"errmsg":"API not found"}',
    })
    const wxCloudApiToken = gateway.sessions.issue({ functionName: 'stranger', source: 'wx_client' })
    expect(await answerOf({ apiName: 'logistics.getQuota', wxCloudApiToken })).toEqual({
      responseData: '{"errcode":-604101,"errmsg":"function has no permission to call this API"}',
    })
    expect(await legacy({ apiName: 'logistics.getQuota', requestData: '[' })).toMatchObject({ code: 'INVALID_PARAM' })
  })

  function tokenRequests() {
    return gateway.wechat.asked.filter(({ path }) => path === '/cgi-bin/stable_token')
  }
})

describe('faults', () => {
  test('take the form of the API they are planned for', async () => {
    faults.add('logistics.getQuota', { kind: 'error', code: '9300502', message: 'busy' }, 1)
    faults.add('logistics.getQuota', { kind: 'error', code: '-604101' }, 1)
    faults.add('logistics.getQuota', { kind: 'error', code: 'SYS_ERR', message: 'down' }, 1)
    faults.add('logistics.getQuota', { kind: 'hollow' }, 1)
    expect(await quota()).toEqual({ text: '{"errcode":9300502,"errmsg":"busy"}' })
    expect(await quota()).toEqual({ errorCode: -604101 })
    expect((await quota()).refusal).toMatchObject({ code: 'SYS_ERR', message: 'down' })
    expect(await quota()).toEqual({ text: '{}' })
    expect(await quota()).toEqual({ text: '{"quota_num":210}' })
    expect(calls).toEqual(Array(5).fill('logistics.getQuota'))
  })

  test('reach the older cloud calls, the database and the files too', async () => {
    faults.add('logistics.getAllAccount', { kind: 'error', code: '-1', message: 'busy' }, 1)
    faults.add('logistics.getAllAccount', { kind: 'hollow' }, 1)
    const legacy = () =>
      act({ action: 'wx.api', cgiName: 'commrpcv2', apiName: 'logistics.getAllAccount', requestData: '{}' })
    expect(await legacy()).toMatchObject({ data: { responseData: '{"errcode":-1,"errmsg":"busy"}' } })
    expect(await legacy()).toMatchObject({ data: { responseData: '{}' } })
    faults.add('database.startTransaction', { kind: 'error', code: 'SERVER_TIMEOUT' }, 1)
    faults.add('database.startTransaction', { kind: 'hollow' }, 1)
    expect(await act({ action: 'database.startTransaction' })).toMatchObject({ code: 'SERVER_TIMEOUT' })
    expect(await act({ action: 'database.startTransaction' })).toEqual({ requestId: expect.any(String) })
    expect(await act({ action: 'database.startTransaction' })).toMatchObject({ transactionId: expect.any(String) })
  })
})

describe('files', () => {
  const origin = () => new URL(gateway.url).origin

  test('an upload without the id that was handed out is refused', async () => {
    const put = (path: string, id: string) =>
      fetch(`${origin()}/cos/${path}`, { method: 'PUT', body: 'x', headers: { 'x-cos-meta-fileid': id } })
    const { data } = await act({ action: 'storage.getUploadMetadata', path: 'a.txt', method: 'put' })
    const { cosFileId } = data as { cosFileId: string }
    expect((await put('a.txt', 'guess')).status).toBe(403)
    expect((await put('b.txt', cosFileId)).status).toBe(403)
    expect((await put('a.txt', cosFileId)).status).toBe(200)
    expect((await put('a.txt', cosFileId)).status).toBe(403)
  })

  test('what is not there is told', async () => {
    const fileID = 'cloud://local.local/none.txt'
    expect((await fetch(`${origin()}/cos/none.txt`)).status).toBe(404)
    expect((await fetch(`${origin()}/cos/%ff`)).status).toBe(400)
    expect((await fetch(`${origin()}/cos/none.txt`, { method: 'DELETE' })).status).toBe(405)
    expect(await act({ action: 'storage.batchDeleteFile', fileid_list: [fileID] })).toMatchObject({
      data: { delete_list: [{ code: 'STORAGE_FILE_NONEXIST', fileID }] },
    })
  })
})
