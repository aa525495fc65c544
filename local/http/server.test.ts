import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FaultPlan } from './faults'
import { type HttpServer, serve, type Watched } from './server'

let faults: FaultPlan
let carriedOut: number
let seen: string[]
let watch: (exchange: Watched) => void | Promise<void>
let server: HttpServer

beforeEach(async () => {
  faults = new FaultPlan()
  carriedOut = 0
  seen = []
  watch = ({ api, phase }) => {
    seen.push(`${phase} ${api} ${carriedOut}`)
  }
  const reply = { status: 200, body: 'done' }
  const answer = () => {
    carriedOut += 1
    return reply
  }
  const router = () => ({ api: 'some', answer, refuse: () => reply, hollow: () => reply })
  server = await serve(router, { faults, onExchange: exchange => watch(exchange) })
})

afterEach(() => server.close())

const ask = async () => (await fetch(server.url)).text()

describe('an exchange', () => {
  test('is told before and after it is carried out', async () => {
    expect(await ask()).toBe('done')
    expect(seen).toEqual(['before some 0', 'after some 1'])
  })

  test.each(['before', 'after'] as const)('waits for whoever wants to know, %s', async phase => {
    let held = () => {}
    const holding = new Promise<void>(resolve => {
      held = resolve
    })
    let release = () => {}
    watch = exchange =>
      exchange.phase === phase
        ? new Promise(resolve => {
            release = resolve
            held()
          })
        : undefined
    const answer = ask()
    await holding
    expect(carriedOut).toBe(phase === 'before' ? 0 : 1)
    release()
    expect(await answer).toBe('done')
    expect(carriedOut).toBe(1)
  })

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('whose client goes away %s is carried out %d times', async (phase, times) => {
    const client = request(server.url)
    client.on('error', () => {})
    const closed = new Promise(resolve => client.on('close', resolve))
    const over = new Promise<void>(resolve => {
      watch = async exchange => {
        if (exchange.phase !== phase) return
        client.destroy()
        await exchange.gone()
        await exchange.gone()
        // Only after what the server does next.
        setImmediate(resolve)
      }
    })
    client.end()
    await Promise.all([over, closed])
    expect(carriedOut).toBe(times)
  })
})

describe('faults', () => {
  test('a lost answer is one to a request that was carried out', async () => {
    faults.add('some', { kind: 'lost' }, 1)
    await expect(ask()).rejects.toThrow('fetch failed')
    expect(carriedOut).toBe(1)
    expect(seen).toEqual(['before some 0', 'after some 1'])
    expect(await ask()).toBe('done')
  })

  test('a reset is none', async () => {
    faults.add('some', { kind: 'reset' }, 1)
    await expect(ask()).rejects.toThrow('fetch failed')
    expect(carriedOut).toBe(0)
    expect(seen).toEqual(['before some 0'])
  })
})
