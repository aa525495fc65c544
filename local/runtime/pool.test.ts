import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Pool } from './pool'

class FakeInstance {
  usable = true
  ended: Promise<void>
  private resolve = () => {}

  constructor(readonly name: number) {
    this.ended = new Promise(resolve => {
      this.resolve = resolve
    })
  }

  doom(): void {
    this.usable = false
  }

  end(): void {
    this.usable = false
    this.resolve()
  }
}

function poolOf(maxInstances: number) {
  let started = 0
  return new Pool<FakeInstance>({
    maxInstances,
    idleMs: 1000,
    start: () => new FakeInstance(++started),
    stop: instance => instance.end(),
  })
}

async function lease(pool: Pool<FakeInstance>) {
  const got = await pool.acquire()
  if (!got) throw new Error('closed')
  return got
}

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

describe('Pool', () => {
  test('uses the last used instance first', async () => {
    const pool = poolOf(3)
    const [a, b] = [await lease(pool), await lease(pool)]
    pool.release(a.instance)
    pool.release(b.instance)
    expect(await pool.acquire()).toEqual({ instance: b.instance, coldStart: false })
  })

  test('serves those who wait in their order', async () => {
    const pool = poolOf(1)
    const { instance } = await lease(pool)
    const order: string[] = []
    const waiting = ['first', 'second'].map(async name => {
      const next = await lease(pool)
      order.push(name)
      pool.release(next.instance)
      return next
    })
    pool.release(instance)
    expect(await Promise.all(waiting)).toEqual([
      { instance, coldStart: false },
      { instance, coldStart: false },
    ])
    expect(order).toEqual(['first', 'second'])
  })

  test('starts another for one who waits when an instance has died', async () => {
    const pool = poolOf(1)
    const { instance } = await lease(pool)
    const waiting = lease(pool)
    instance.doom()
    pool.release(instance)
    expect(pool.list()).toEqual([instance])
    instance.end()
    expect(await waiting).toMatchObject({ instance: { name: 2 }, coldStart: true })
  })

  test('does not hand out an idle instance that is dying', async () => {
    const pool = poolOf(2)
    const { instance } = await lease(pool)
    pool.release(instance)
    instance.doom()
    expect(await pool.acquire()).toMatchObject({ instance: { name: 2 }, coldStart: true })
  })

  test('ends an instance after a time of disuse, counted anew at each use', async () => {
    const pool = poolOf(1)
    const { instance } = await lease(pool)
    pool.release(instance)
    jest.advanceTimersByTime(900)
    await pool.acquire()
    jest.advanceTimersByTime(900)
    pool.release(instance)
    jest.advanceTimersByTime(999)
    expect(instance.usable).toBe(true)
    jest.advanceTimersByTime(1)
    expect(instance.usable).toBe(false)
    await instance.ended
    expect(pool.list()).toEqual([])
  })

  test('sends away those who wait when it closes, and whoever comes later', async () => {
    const pool = poolOf(1)
    const { instance } = await lease(pool)
    const waiting = pool.acquire()
    await pool.close()
    pool.release(instance)
    expect(await waiting).toBeUndefined()
    expect(await pool.acquire()).toBeUndefined()
    expect(pool.list()).toEqual([])
    expect(jest.getTimerCount()).toBe(0)
  })
})
