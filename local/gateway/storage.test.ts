import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from './testing/client'
import { startTestGateway, type TestGateway } from './testing/gateway'

let gateway: TestGateway
let client: Client

beforeEach(async () => {
  gateway = await startTestGateway()
  client = new Client(gateway)
})

afterEach(() => gateway.close())

describe('files', () => {
  const origin = () => new URL(gateway.url).origin

  test('an upload without the id that was handed out is refused', async () => {
    const put = (path: string, id: string) =>
      fetch(`${origin()}/cos/${path}`, { method: 'PUT', body: 'x', headers: { 'x-cos-meta-fileid': id } })
    const { data } = await client.act({ action: 'storage.getUploadMetadata', path: 'a.txt', method: 'put' })
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
    expect(await client.act({ action: 'storage.batchDeleteFile', fileid_list: [fileID] })).toMatchObject({
      data: { delete_list: [{ code: 'STORAGE_FILE_NONEXIST', fileID }] },
    })
  })
})
