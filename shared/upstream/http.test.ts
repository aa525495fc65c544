import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Exchange, Reply } from '../../local/http/server'
import { failureOf } from '../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import type { Endpoint } from './endpoint'
import { type HttpRequest, parseJson, sendHttp } from './http'

const LIMIT = 4 * 1024 * 1024

describe('sendHttp', () => {
  let upstream: TestUpstream
  let answer: (exchange: Exchange) => Reply
  beforeEach(async () => {
    answer = () => json({ ok: 1 })
    upstream = await startUpstream(exchange => answer(exchange))
  })
  afterEach(() => {
    for (const server of rawServers.splice(0)) server.close()
    return upstream.close()
  })

  it('sends method, path, query and headers, with the production Host header', async () => {
    await send({ path: '/a/b?c=d%20e', headers: { 'x-auth-token': 't' } })
    const [exchange] = upstream.exchanges
    expect(exchange).toMatchObject({ method: 'GET', host: 'api.example.com' })
    expect(exchange?.url.pathname).toBe('/a/b')
    expect(exchange?.url.searchParams.get('c')).toBe('d e')
    expect(exchange?.headers).toMatchObject({ host: 'api.example.com', 'x-auth-token': 't' })
    expect(exchange?.headers).not.toHaveProperty('content-length')
  })

  it('sends a body whole, its length counted in bytes', async () => {
    const body = '{"名":"余量 Yuliang 😀"}'
    await send({ method: 'POST', body })
    expect(upstream.exchanges[0]?.body.toString('utf8')).toBe(body)
    expect(upstream.exchanges[0]?.headers['content-length']).toBe(String(Buffer.byteLength(body)))
  })

  it.each([200, 201, 400, 401, 429, 500, 503])('gives the answer whole, whatever its status: %p', async status => {
    answer = () => json('余量', status, { 'x-request-id': 'r1' })
    const got = await send()
    expect(got).toMatchObject({ status, body: '余量', headers: { 'x-request-id': 'r1' } })
  })

  it('puts characters together that arrive in pieces', async () => {
    const body = '余'.repeat(300_000)
    answer = () => json(body)
    expect((await send()).body).toBe(body)
  })

  it('takes an answer with 20 KB of headers, as some IAM tokens are', async () => {
    const token = 'x'.repeat(20_000)
    answer = () => json({}, 201, { 'x-subject-token': token })
    expect((await send()).headers['x-subject-token']).toBe(token)
  })

  it('takes an answer of the longest length, and UPSTREAM_CHANGED above it', async () => {
    answer = () => json('x'.repeat(LIMIT))
    expect((await send()).body).toHaveLength(LIMIT)
    answer = () => json('x'.repeat(LIMIT + 1))
    expect(await failureOf(send())).toMatchObject({ code: 'UPSTREAM_CHANGED' })
  })

  it('uses one connection again and again', async () => {
    const server = await startRaw(response => response.end('{}'))
    for (let count = 0; count < 3; count += 1) await send({ endpoint: endpointAt(server.port) })
    expect(server.connections).toBe(1)
  })

  it.each<['cut' | 'reset']>([['cut'], ['reset']])('is UPSTREAM_UNAVAILABLE when the connection is %s', async kind => {
    upstream.faults.add('/', { kind })
    const error = await failureOf(send())
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(error.upstream).toEqual({ provider: 'wechat', code: 'ECONNRESET', message: 'the connection failed' })
    expect(error.cause).toMatchObject({ code: 'ECONNRESET' })
  })

  it('is UPSTREAM_UNAVAILABLE when nobody listens', async () => {
    await upstream.close()
    const error = await failureOf(send())
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: { code: 'ECONNREFUSED' } })
  })

  it('ends a hanging request when the signal aborts', async () => {
    upstream.faults.add('/', { kind: 'hang' })
    const controller = new AbortController()
    const failure = failureOf(send({ signal: controller.signal }))
    controller.abort(new Error('deadline'))
    expect((await failure).code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it('ends a request whose body hangs when the signal aborts', async () => {
    const controller = new AbortController()
    const server = await startRaw(response => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"half":', () => controller.abort(new Error('deadline')))
    })
    const failure = await failureOf(send({ endpoint: endpointAt(server.port), signal: controller.signal }))
    expect(failure.code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it('does not repeat path, headers or body in an error', async () => {
    upstream.faults.add('/', { kind: 'reset' })
    const error = await failureOf(
      send({ method: 'POST', path: '/?access_token=canary', headers: { authorization: 'canary' }, body: 'canary' }),
    )
    expect(JSON.stringify([error, error.message, error.text, error.upstream])).not.toContain('canary')
  })

  function send(request: Partial<HttpRequest> = {}) {
    const { signal } = new AbortController()
    const endpoint = endpointAt(Number(new URL(upstream.url).port))
    return sendHttp({ provider: 'wechat', endpoint, method: 'GET', path: '/', signal, ...request })
  }
})

describe('parseJson', () => {
  it('gives what the text says', () => {
    expect(parseJson('{"a":[1,null]}', 'wechat')).toEqual({ a: [1, null] })
  })

  it.each(['<html>canary</html>', '', '{"a":', '\uFEFF{}'])('is UPSTREAM_CHANGED for %p', async body => {
    const error = await failureOf(() => parseJson(body, 'huawei', 'r1'))
    expect(error).toMatchObject({ code: 'UPSTREAM_CHANGED', upstream: { provider: 'huawei', requestId: 'r1' } })
    expect(JSON.stringify([error, error.message])).not.toContain('canary')
  })
})

const rawServers: { close(): void }[] = []

/** A server of node:http as it is, which counts its connections. */
async function startRaw(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response))
  const raw = {
    port: 0,
    connections: 0,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  rawServers.push(raw)
  server.on('connection', () => {
    raw.connections += 1
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  raw.port = (server.address() as AddressInfo).port
  return raw
}

function endpointAt(port: number): Endpoint {
  return { host: 'api.example.com', protocol: 'http:', hostname: '127.0.0.1', port, servername: '' }
}
