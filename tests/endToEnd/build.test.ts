import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildFunctions } from '../../scripts/build/functions'

const ROOT = join(__dirname, '../..')
const NAMES = ['getQuota', 'huaweiCredit', 'queryQuota', 'quotaBoard', 'tencentBilling', 'watchQuotas']

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'yuliang-build-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('a build', () => {
  it('gives each function one file, its permissions, and a package.json without dependencies', async () => {
    const out = join(directory, 'first')
    await buildFunctions(ROOT, out)

    expect(readdirSync(out).sort()).toEqual(NAMES)
    for (const name of NAMES) {
      expect(readdirSync(join(out, name)).sort()).toEqual(['config.json', 'index.js', 'package.json'])
      const manifest = JSON.parse(readFileSync(join(out, name, 'package.json'), 'utf8'))
      expect(manifest).toEqual({ name, version: expect.any(String), private: true, main: 'index.js' })
    }
    const { permissions } = JSON.parse(readFileSync(join(out, 'getQuota/config.json'), 'utf8'))
    expect(permissions.openapi).toEqual(['logistics.getAllAccount', 'logistics.getQuota'])
  })

  it('gives the same bytes twice, and none of the environment', async () => {
    const canary = 'canary-4f1f0d7c-secret'
    const variables = { ...process.env }
    Object.assign(process.env, { TENCENT_SECRET_KEY: canary, HUAWEI_SECRET_KEY: canary, ADMIN_OPENIDS: canary })
    const [once, twice] = [join(directory, 'once'), join(directory, 'twice')]
    try {
      await buildFunctions(ROOT, twice)
    } finally {
      process.env = variables
    }
    await buildFunctions(ROOT, once)

    for (const name of NAMES) {
      const again = readFileSync(join(twice, name, 'index.js'))
      expect(again.equals(readFileSync(join(once, name, 'index.js')))).toBe(true)
      expect(again.includes(canary)).toBe(false)
    }
  })

  it.each([
    [['logistics.getQuota'], 'does not declare logistics.getAllAccount'],
    [['logistics.getAllAccount', 'logistics.getQuota', 'security.msgSecCheck'], 'declares security.msgSecCheck'],
  ])('fails when config.json declares %j', async (openapi, message) => {
    const copy = copyOfProject()
    writeFileSync(join(copy, 'cloudfunctions/getQuota/config.json'), JSON.stringify({ permissions: { openapi } }))

    await expect(buildFunctions(copy, join(copy, 'dist'))).rejects.toThrow(message)
  })

  it.each([
    [{ permissions: { openapi: [] }, trigers: [] }, 'trigers'],
    [{ permissions: { openapi: [] }, triggers: [1, 2].map(() => trigger('0 0 2 1 * * *')) }, 'triggers'],
    [{ permissions: { openapi: [] }, triggers: [trigger('0 0 2 1 * *')] }, 'seven fields'],
  ])('fails when config.json is %j', async (configuration, message) => {
    const copy = copyOfProject()
    writeFileSync(join(copy, 'cloudfunctions/huaweiCredit/config.json'), JSON.stringify(configuration))

    await expect(buildFunctions(copy, join(copy, 'dist'))).rejects.toThrow(message)
  })
})

function trigger(config: string) {
  return { name: 'timer', type: 'timer', config }
}

function copyOfProject(): string {
  const copy = mkdtempSync(join(directory, 'copy-'))
  for (const folder of ['cloudfunctions', 'shared']) cpSync(join(ROOT, folder), join(copy, folder), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
