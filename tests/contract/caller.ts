import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Caller, callerFrom } from '../../shared/function/caller'
import type { Platform } from './platform'

const NAMES = ['WX_CONTEXT_KEYS', 'WX_OPENID', 'WX_APPID', 'WX_API_TOKEN', 'TCB_SOURCE', 'TCB_ENV', 'TRIGGER_SRC']
const KEYS = [undefined, '', ',', 'WX_APPID', 'WX_OPENID', 'WX_APPID,WX_OPENID,WX_API_TOKEN', 'WX_APPID,,WX_OPENID']
const OPENIDS = [undefined, '', 'oABC_d-1', '1234567', '-5']
const SOURCES = [
  ...[undefined, '', 'wx_client', 'wx_devtools', 'wx_http', 'wx_trigger', 'scf', 'wx_client,scf', 'wx_trigger,scf'],
  ...[
    'wx_client,scf,scf',
    'scf,wx_client',
    'scf,wx_http',
    'wx_client,wx_trigger',
    'wx_unknown',
    'wx_paycallback',
    'tcb',
  ],
]
const TRIGGERS = [undefined, 'tcb', 'timer']

/** `getWXContext()`, and that who calls can be read from the environment without loading the SDK. */
export function declareCallerTests(platform: () => Platform): void {
  describe('getWXContext', () => {
    let before: NodeJS.ProcessEnv = {}
    const setEnvironment = (values: Record<string, string | undefined>) => {
      for (const name of NAMES) delete process.env[name]
      for (const [name, value] of Object.entries(values)) if (value !== undefined) process.env[name] = value
    }
    beforeEach(() => {
      before = { ...process.env }
      setEnvironment({})
    })
    afterEach(() => {
      setEnvironment(Object.fromEntries(NAMES.map(name => [name, before[name]])))
    })

    it('is empty without WX_CONTEXT_KEYS', () => {
      setEnvironment({ WX_OPENID: 'oABC', TCB_SOURCE: 'wx_client', TCB_ENV: 'env-1' })
      expect(platform().sdk.getWXContext()).toEqual({})
    })

    it('holds what WX_CONTEXT_KEYS lists, the environment and the source, read at call time', () => {
      setEnvironment({ WX_CONTEXT_KEYS: 'WX_OPENID', WX_OPENID: 'oABC', WX_APPID: 'wx1', TCB_SOURCE: 'wx_client' })
      process.env['TCB_ENV'] = 'env-1'
      expect(platform().sdk.getWXContext()).toEqual({ OPENID: 'oABC', ENV: 'env-1', SOURCE: 'wx_client' })
      process.env['WX_OPENID'] = 'oXYZ'
      expect(platform().sdk.getWXContext()).toMatchObject({ OPENID: 'oXYZ' })
    })

    it('makes all-digit values numbers and hides the API token', () => {
      setEnvironment({ WX_CONTEXT_KEYS: 'WX_OPENID,WX_API_TOKEN', WX_OPENID: '0123', WX_API_TOKEN: 'secret' })
      expect(platform().sdk.getWXContext()).toMatchObject({ OPENID: 123 })
      expect(JSON.stringify(platform().sdk.getWXContext())).not.toContain('secret')
    })

    it('names the same caller as callerFrom, in every environment', () => {
      const environments = KEYS.flatMap(keys =>
        OPENIDS.flatMap(openid =>
          SOURCES.flatMap(source =>
            TRIGGERS.map(trigger => ({
              ...{ WX_CONTEXT_KEYS: keys, WX_OPENID: openid, WX_APPID: 'wx1', WX_API_TOKEN: 't' },
              ...{ TCB_SOURCE: source, TRIGGER_SRC: trigger },
            })),
          ),
        ),
      )
      const differences = environments.flatMap(environment => {
        setEnvironment(environment)
        const expected = callerIn(platform().sdk.getWXContext(), environment.TRIGGER_SRC)
        const actual = callerFrom(process.env)
        return JSON.stringify(actual) === JSON.stringify(expected) ? [] : [{ environment, expected, actual }]
      })
      expect(environments).toHaveLength(7 * 5 * 16 * 3)
      expect(differences).toEqual([])
    })
  })
}

/** The design's rule over what `getWXContext()` says. */
function callerIn(context: Record<string, unknown>, trigger: string | undefined): Caller {
  const openid = String(context['OPENID'] ?? '')
  const source = context['SOURCE']
  const link = String(source).replace(/^.*,/, '')
  if (link === 'scf') return { kind: 'function' }
  if (openid !== '') return { kind: 'client', openid }
  if (link === 'wx_trigger' || (source === undefined && trigger === 'timer')) return { kind: 'timer' }
  return { kind: link === 'wx_http' ? 'http' : 'unknown' }
}
