import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { startGateway } from '../../local/gateway'
import { type Fault, FaultPlan } from '../../local/http/faults'
import { Sessions } from '../../local/sessions'
import { openCollection } from '../../shared/store/collection'
import { makeCall, SDK_VARIABLES } from '../support/call'
import { failureOf } from '../support/failure'
import { sdkVariables } from './sdkVariables'
import { describeStore } from './store'

const ACTIONS = ['getDocument', 'insertDocument', 'modifyDocument', 'removeDocument', 'addCollection']
const faults = new FaultPlan()
const failWith = (fault: Fault) => {
  for (const action of ACTIONS) faults.add(`database.${action}`, fault)
}

describeStore(
  'the store on the real wx-server-sdk over the local gateway',
  async () => {
    const sessions = new Sessions()
    const gateway = await startGateway({
      wechatApiUrl: 'http://127.0.0.1:9',
      wechatAppId: 'wx0000000000000001',
      wechatAppSecret: 'secret',
      sessions,
      permissions: () => [],
      invoke: () => Promise.reject(new Error('no functions here')),
      now: Date.now,
      faults,
    })
    // SILENCE: the SDK warns of slow requests even when the tests are long over.
    Object.assign(process.env, sdkVariables(gateway.url, sessions), { SILENCE: 'true' })
    return {
      refuse: () => failWith({ kind: 'error', code: 'DATABASE_REQUEST_FAILED' }),
      hang: () => failWith({ kind: 'hang' }),
      heal: () => faults.clear(),
      close: gateway.close,
    }
  },
  () => {
    describe('an answer that is none', () => {
      it.each(['hollow', 'html', 'reset', 'cut'] as const)(
        '%s: UPSTREAM_UNAVAILABLE, never "there is none"',
        async kind => {
          const call = makeCall({ variables: SDK_VARIABLES })
          const collection = openCollection(`broken_${kind}`, call)
          await collection.insert([{ _id: 'a' }])
          failWith({ kind })
          const works = [
            () => collection.find(v.object({ _id: v.string() }), { where: {} }),
            () => collection.insert([{ _id: 'b' }]),
            () => collection.update({ _id: 'a' }, { n: 1 }),
            () => collection.remove({ _id: 'a' }),
          ]
          for (const work of works) expect((await failureOf(work())).code).toBe('UPSTREAM_UNAVAILABLE')
          expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 1, databaseWrites: 6 })
        },
      )
    })
  },
)
