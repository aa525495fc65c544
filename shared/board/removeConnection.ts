import { type Call, text } from '../call'
import { PROVIDERS, sourceOf } from '../provider/source'
import { type Connection, connections } from '../store/connections'
import { meters } from '../store/meters'
import { readings } from '../store/readings'
import { isOfEnvironment } from '../watch'
import { needConnection } from './connectionView'
import type { ConnectionInput, RemoveConnectionOutput } from './types'

/**
 * Removes a connection, its meters and their history. The connection goes last: when this is cut off, doing it again
 * finishes it. Throws NOT_FOUND for an unknown one, UPSTREAM_UNAVAILABLE when the database cannot answer.
 */
export async function removeConnection({ id }: ConnectionInput, call: Call): Promise<RemoveConnectionOutput> {
  const connection = await needConnection(id, call)
  // Nobody takes it any more, and whoever holds it finds at the next write that it is no longer theirs.
  await connections(call).update({ _id: id }, { enabled: false, holder: null })
  const days = await readings(call).remove({ connection: id })
  const removedMeters = await meters(call).remove({ connection: id })
  await connections(call).remove({ _id: id })
  // A sweep that held it may have been writing all the while.
  const late = { connection: id }
  const removed = {
    meters: removedMeters + (await meters(call).remove(late)),
    days: days + (await readings(call).remove(late)),
  }
  const returns = isConfigured(connection, call)
  const message = returns
    ? text(
        '已移除。但云函数的环境变量中仍有它的凭证，下一轮读取会重新建立它；要彻底移除，请删除这些环境变量，或改为停用此连接。',
        'Removed. The environment of the function still has its credentials, and the next sweep makes it anew: delete those variables to be rid of it, or disable the connection instead.',
      )
    : text('已移除，包括它的额度和历史。', 'Removed, with its meters and their history.')
  return { removed, returns, message: message[call.language] }
}

function isConfigured(connection: Connection, { environment }: Call): boolean {
  const provider = PROVIDERS.find(name => name === connection.provider)
  return isOfEnvironment(connection) && provider !== undefined && sourceOf(provider).isConfigured(environment)
}
