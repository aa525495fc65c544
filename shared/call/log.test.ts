import { describe, expect, it } from '@jest/globals'
import { captureConsole } from '../../tests/support/console'
import { consoleLog } from './log'
import { languageOf } from './text'

describe('consoleLog', () => {
  it('writes one JSON line per entry: the event, the base, the fields', async () => {
    const { text } = await captureConsole(async () => {
      const log = consoleLog({ function: 'f', requestId: 'r1' })
      log('upstream', { code: 'OK', ms: 12, left: undefined, text: 'two\nlines' })
      log('invocation', { ok: true })
    })
    expect(text.split('\n')).toEqual([
      '{"event":"upstream","function":"f","requestId":"r1","code":"OK","ms":12,"text":"two\\nlines"}',
      '{"event":"invocation","function":"f","requestId":"r1","ok":true}',
    ])
  })
})

describe('languageOf', () => {
  it.each<[string | undefined, string]>([
    ['en', 'en'],
    ['zh', 'zh'],
    ['EN', 'zh'],
    ['fr', 'zh'],
    ['', 'zh'],
    [undefined, 'zh'],
  ])('%p means %s', (variable, language) => {
    expect(languageOf(variable)).toBe(language)
  })
})
