import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openConfiguration } from './configuration'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'yuliang-configuration-'))
  const configs = {
    quota: '{"permissions":{"openapi":["logistics.getQuota"]}}',
    bare: '{}',
    none: undefined,
    comment: '{ /* no */ }',
    list: '{"permissions":[]}',
    names: '{"permissions":{"openapi":[1]}}',
    timed: '{"triggers":[{"name":"every-10","type":"timer","config":"0 */10 * * * * *"}]}',
    twoTimers: '{"triggers":[{},{}]}',
    otherType: '{"triggers":[{"name":"a","type":"cos","config":""}]}',
    badTimerName: '{"triggers":[{"name":"1a","type":"timer","config":"0 * * * * * *"}]}',
    noCron: '{"triggers":[{"name":"a","type":"timer"}]}',
    noTrigger: '{"triggers":[1]}',
    '1wrong': '{}',
  }
  for (const [name, config] of Object.entries(configs)) {
    mkdirSync(join(directory, name))
    writeFileSync(join(directory, name, 'index.js'), '')
    if (config !== undefined) writeFileSync(join(directory, name, 'config.json'), config)
  }
  mkdirSync(join(directory, 'empty'))
})

afterAll(() => rmSync(directory, { recursive: true }))

test('lists what is built under a proper name', () => {
  expect(openConfiguration(directory).functionNames()).toEqual(
    expect.arrayContaining(['bare', 'comment', 'list', 'names', 'none', 'quota']),
  )
  expect(openConfiguration(directory).functionNames()).not.toContain('1wrong')
  expect(openConfiguration(directory).functionNames()).not.toContain('empty')
})

test('reads the permissions', () => {
  const { permissions } = openConfiguration(directory)
  expect(permissions('quota')).toEqual(['logistics.getQuota'])
  expect(permissions('bare')).toEqual([])
  expect(permissions('none')).toEqual([])
  expect(permissions('unknown')).toEqual([])
})

test.each([
  ['comment', /config\.json is not valid JSON/],
  ['list', /what holds "openapi" must be an object/],
  ['names', /permissions\.openapi must be a list of names/],
])('says what is wrong with the config.json of %s', (name, message) => {
  expect(() => openConfiguration(directory).permissions(name)).toThrow(message)
})

test('reads the timer', () => {
  const { triggers } = openConfiguration(directory)
  expect(triggers('timed')).toEqual([{ name: 'every-10', config: '0 */10 * * * * *' }])
  for (const name of ['bare', 'none', 'unknown', 'quota']) expect(triggers(name)).toEqual([])
})

test.each([
  ['twoTimers', /at most one/],
  ['otherType', /type must be "timer"/],
  ['badTimerName', /name must begin with a letter/],
  ['noCron', /config must be text/],
  ['noTrigger', /must be an object/],
  ['comment', /not valid JSON/],
])('says what is wrong with the triggers of %s', (name, message) => {
  expect(() => openConfiguration(directory).triggers(name)).toThrow(message)
})

test.each(['../quota', 'quota/../quota', '1wrong', '', '.', 'empty', 'constructor'])('%j is no function', name => {
  expect(openConfiguration(join(directory)).entryOf(name)).toBeUndefined()
})
