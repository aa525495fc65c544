import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../../tests/support/failure'
import { environmentFrom, misconfigured, overlaid } from './environment'

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

describe('overlaid', () => {
  const NAMES = ['ID', 'KEY', 'REGION']
  const base = () => environmentFrom({ ID: 'base-id', KEY: 'base-key', REGION: 'base-region', OTHER: 'shared' })

  it('gives its own values for its names, and the others of the base', () => {
    const environment = overlaid(base(), NAMES, { ID: ' own-id ', KEY: 'own-key' })
    expect(environment.get('ID')).toBe('own-id')
    expect(environment.need('ID')).toBe('own-id')
    expect(environment.secret('KEY')).toBe('own-key')
    expect([environment.get('OTHER'), environment.need('OTHER')]).toEqual(['shared', 'shared'])
  })

  it.each([{ ID: 'own-id' }, { ID: 'own-id', KEY: '' }, { ID: 'own-id', KEY: '  ' }])(
    'never mixes two accounts: with %j the key is missing',
    async values => {
      const environment = overlaid(base(), NAMES, values)
      expect(environment.get('KEY')).toBeUndefined()
      expect((await failureOf(() => environment.need('KEY'))).text.en).toContain('KEY')
      expect((await failureOf(() => environment.secret('KEY'))).code).toBe('NOT_CONFIGURED')
    },
  )

  it('gives no value that is not among its names', () => {
    expect(overlaid(base(), NAMES, { OTHER: 'smuggled', MORE: 'x' }).get('OTHER')).toBe('shared')
    expect(overlaid(base(), NAMES, { MORE: 'x' }).get('MORE')).toBeUndefined()
  })

  it('leaves the base as it is', () => {
    const under = base()
    overlaid(under, NAMES, { ID: 'own-id' })
    expect(under.get('ID')).toBe('base-id')
  })

  it('blots out the secrets of both, in both', () => {
    const under = base()
    const one = overlaid(under, NAMES, { KEY: 'own-key' })
    const two = overlaid(under, NAMES, { KEY: 'two-key' })
    one.secret('KEY')
    two.secret('KEY')
    under.secret('OTHER')
    one.conceal('fetched')
    const said = 'own-key, two-key, shared, fetched and own-id'
    for (const environment of [under, one, two]) expect(environment.blot(said)).toBe('***, ***, ***, *** and own-id')
  })

  it('is NOT_CONFIGURED for a secret that no header can carry', async () => {
    const error = await failureOf(() => overlaid(base(), NAMES, { KEY: 'own（key）' }).secret('KEY'))
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(JSON.stringify(error)).not.toContain('own（key）')
  })
})
