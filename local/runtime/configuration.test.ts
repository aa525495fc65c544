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
  expect(openConfiguration(directory).functionNames()).toEqual(['bare', 'comment', 'list', 'names', 'none', 'quota'])
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

test.each(['../quota', 'quota/../quota', '1wrong', '', '.', 'empty', 'constructor'])('%j is no function', name => {
  expect(openConfiguration(join(directory)).entryOf(name)).toBeUndefined()
})
