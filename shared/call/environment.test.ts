import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../../tests/support/failure'
import { environmentFrom, misconfigured } from './environment'

describe('environmentFrom', () => {
  const environment = environmentFrom({ SET: '  value ', BLANK: '  ', EMPTY: '', ZERO: '0' })

  it('gives values without surrounding blanks, and undefined for unset and blank ones', () => {
    expect(environment.get('SET')).toBe('value')
    expect(environment.get('ZERO')).toBe('0')
    expect(environment.get('BLANK')).toBeUndefined()
    expect(environment.get('EMPTY')).toBeUndefined()
    expect(environment.get('UNSET')).toBeUndefined()
  })

  it('reads a variable when it is asked for, not before', () => {
    const variables: NodeJS.ProcessEnv = {}
    const live = environmentFrom(variables)
    variables['LATER'] = 'now'
    expect(live.get('LATER')).toBe('now')
  })

  it('gives what is needed', () => {
    expect(environment.need('SET')).toBe('value')
  })

  it.each(['UNSET', 'BLANK'])('throws NOT_CONFIGURED naming a needed variable that is missing: %s', async name => {
    const error = await failureOf(() => environment.need(name))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.retryable).toBe(false)
    expect(error.text.zh).toContain(name)
    expect(error.text.en).toContain(name)
  })
})

describe('misconfigured', () => {
  it('names the variable and what is allowed, in both languages', () => {
    const error = misconfigured('SOME_URL', { zh: '一个地址', en: 'an address' })
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.text.zh).toMatch(/SOME_URL.*应为一个地址/)
    expect(error.text.en).toMatch(/SOME_URL.*must be an address/)
  })
})

describe('secret', () => {
  it('is needed like any other variable', () => {
    expect(environmentFrom({ KEY: ' abc ' }).secret('KEY')).toBe('abc')
    expect(() => environmentFrom({}).secret('KEY')).toThrow('KEY')
  })

  it.each(['密钥', 'id（新）', 'two words', 'line\nbreak'])('is NOT_CONFIGURED for %j, without repeating it', value => {
    const error = (() => {
      try {
        return environmentFrom({ KEY: value }).secret('KEY')
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code: 'NOT_CONFIGURED' })
    expect(JSON.stringify(error)).not.toContain(value)
  })
})
