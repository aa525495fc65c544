import { describe, expect, it } from '@jest/globals'
import { type Platform, thrownBy } from './platform'

export function declareFunctionTests(platform: () => Platform): void {
  describe('callFunction', () => {
    it('gives the function its data and the caller its result', async () => {
      const received: unknown[] = []
      platform().deploy('greet', event => {
        received.push(event)
        return { hello: '世界', list: [1, null] }
      })
      const answer = await platform().sdk.callFunction({ name: 'greet', data: { who: 'me', camelCase: 1 } })
      expect(received).toEqual([{ who: 'me', camelCase: 1 }])
      expect(answer).toMatchObject({ result: { hello: '世界', list: [1, null] }, errMsg: 'callFunction:ok' })
    })

    it('sends an empty object when there is no data', async () => {
      platform().deploy('echo', event => ({ event }))
      const answer = await platform().sdk.callFunction({ name: 'echo' })
      expect(answer.result).toEqual({ event: {} })
    })

    it('rejects when the function throws', async () => {
      platform().deploy('broken', () => {
        throw new Error('boom')
      })
      const error = await thrownBy(() => platform().sdk.callFunction({ name: 'broken' }))
      expect(error.errCode).toBe(-1)
      expect(error.errMsg).toMatch(/^callFunction:fail .*boom/)
    })

    it('rejects when there is no such function', async () => {
      const error = await thrownBy(() => platform().sdk.callFunction({ name: 'nobody' }))
      expect(error.errMsg).toMatch(/^callFunction:fail /)
      expect(error.errCode).toBeLessThan(0)
    })
  })
}
