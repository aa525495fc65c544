import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startTestGateway, type TestGateway } from './testing/gateway'

const FOLDER = join(__dirname, '../../tests/fixtures/wire-captures')
/** The clock of capture 07, whose server date shows up in later answers. */
const CAPTURED_AT = 1795245451500
const CAPTURED_HOST = '127.0.0.1:9400'
const SESSION = { functionName: 'reader', source: 'wx_client,scf' }

interface Capture {
  name: string
  method: string
  path: string
  headers: Record<string, string>
  body: string
  answer: { status: number; type: string; body: string }
}

/** Text is one character per byte; the files write bytes that are not printable as \\xNN. */
function readCapture(name: string): Capture {
  const file = readFileSync(join(FOLDER, name), 'latin1')
  const text = file.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [head = '', ...afterHead] = text.split('\n\n')
  const rest = afterHead.join('\n\n')
  const split = rest.lastIndexOf('\n\n=====> ')
  const answer = rest.slice(split + '\n\n=====> '.length)
  const [requestLine = '', ...headerLines] = head.split('\n')
  const [method = '', path = ''] = requestLine.split(' ')
  const [statusLine = ''] = answer.split('\n', 1)
  const [status = '', ...type] = statusLine.split(' ')
  return {
    name,
    method,
    path,
    headers: Object.fromEntries(headerLines.map(line => line.split(/: (.*)/).slice(0, 2))),
    body: rest.slice(0, split),
    answer: { status: Number(status), type: type.join(' '), body: answer.slice(statusLine.length + 1) },
  }
}

const captures = readdirSync(FOLDER).sort().map(readCapture)

/** The captured results of `functions.invokeFunction`, to be given again. */
const invocations = new Map(
  captures
    .filter(({ body }) => body.includes('"functions.invokeFunction"'))
    .map(({ body, answer }) => {
      const { function_name: name, request_data: event } = JSON.parse(body)
      return [`${name} ${event}`, JSON.parse(answer.body)]
    }),
)

let gateway: TestGateway
/** Ids in the captures to ids of this run, both ways. */
const ids = { toActual: new Map<string, string>(), toCaptured: new Map<string, string>() }

beforeAll(async () => {
  gateway = await startTestGateway({
    now: () => CAPTURED_AT,
    sessions: { find: token => (['local-wx-api-token', 'local-token'].includes(token) ? SESSION : undefined) },
    invoke: async (name, event) => {
      const captured = invocations.get(`${name} ${event}`)
      if (captured.code) throw new Error(captured.message)
      return captured.data.response_data
    },
  })
})

afterAll(() => gateway.close())

const ID = /\b[0-9a-f]{32}\b/g
const REQUEST_ID = /"requestId":"[0-9a-f-]{36}"/

/** Sends the captured request, only host and ids differing. */
function replay({ method, path, headers, body }: Capture): Promise<Capture['answer']> {
  const translate = (text: string) => text.replace(ID, id => ids.toActual.get(id) ?? id)
  const translated = Object.entries(headers).map(([name, value]) => [name, translate(value)])
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent: false,
        host: '127.0.0.1',
        port: gateway.port,
        method,
        path,
        headers: { ...Object.fromEntries(translated), host: `127.0.0.1:${gateway.port}` },
      },
      incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            type: incoming.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString('latin1'),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(Buffer.from(translate(body), 'latin1'))
  })
}

/** The answer in the captures' words, having learnt the ids that are new in it. */
function inCapturedWords(body: string, captured: string): string {
  const actualIds = body.match(ID) ?? []
  const capturedIds = captured.match(ID) ?? []
  actualIds.forEach((actual, index) => {
    const known = capturedIds[index]
    if (known === undefined || ids.toActual.has(known) || ids.toCaptured.has(actual)) return
    ids.toActual.set(known, actual)
    ids.toCaptured.set(actual, known)
  })
  return withoutRequestId(body)
    .replace(ID, id => ids.toCaptured.get(id) ?? `unexpected ${id}`)
    .replaceAll(`127.0.0.1:${gateway.port}`, CAPTURED_HOST)
}

function withoutRequestId(body: string): string {
  return body.replace(REQUEST_ID, '"requestId":"<uuid>"')
}

describe('the gateway answers what the captured one did', () => {
  test('all forty exchanges are there', () => {
    expect(captures).toHaveLength(40)
  })

  test.each(captures.map(capture => [capture.name, capture] as const))('%s', async (_, capture) => {
    const actual = await replay(capture)
    const { status, type, body } = capture.answer
    expect({ ...actual, body: inCapturedWords(actual.body, body) }).toEqual({
      status,
      type,
      body: withoutRequestId(body.replace(/\n$/, '')),
    })
  })
})
