import type { Exchange, Reply, Route } from '../http/server'
import type { Session } from '../sessions'
import { jsonRoute, refused } from './answer'
import { answerDatabaseAction, type Database, isDatabaseAction } from './database'
import { type Invoke, invokeRoute } from './functions'
import { type Parts, readMultipart } from './multipart'
import { legacyApiRoute, type OpenApiOptions, openApiRoute } from './openapi'
import { invalid, Refusal } from './refusal'
import type { Storage } from './storage'

export interface AdminOptions {
  sessions: { find(token: string): Session | undefined }
  openApi: OpenApiOptions
  database: Database
  storage: Storage
  invoke: Invoke
}

/** Finds what a `POST /admin` asks for. Every request has to carry the API token of a running invocation. */
export async function routeAdmin(options: AdminOptions, exchange: Exchange): Promise<Route | Reply> {
  try {
    const fields = await readFields(exchange)
    return routeAction(options, authenticate(options, fields), fields)
  } catch (error) {
    return refused(error)
  }
}

async function readFields({ headers, body }: Exchange): Promise<Record<string, unknown> | Parts> {
  const contentType = headers['content-type'] ?? '(none)'
  const [type] = contentType.split(';')
  if (type === 'multipart/form-data') return readMultipart(contentType, body)
  if (type !== 'application/json') throw invalid(`unknown content type: ${contentType}`)
  try {
    const fields: unknown = JSON.parse(body.toString('utf8'))
    if (typeof fields === 'object' && fields !== null) return { ...fields }
  } catch {
    // Told below, with JSON that is not an object.
  }
  throw invalid('the body is not a JSON object')
}

function authenticate({ sessions }: AdminOptions, fields: Record<string, unknown>): Session {
  const token = fields['wxCloudApiToken']
  const session = typeof token === 'string' ? sessions.find(token) : undefined
  if (session) return session
  throw new Refusal('INVALID_REQUEST_SOURCE', 'wxCloudApiToken is not the token of a running invocation')
}

function routeAction(options: AdminOptions, session: Session, fields: Record<string, unknown>): Route {
  const { action } = fields
  if (typeof action !== 'string') throw invalid('parameter action is missing')
  switch (action) {
    case 'wx.openApi':
      return openApiRoute(options.openApi, session, fields)
    case 'wx.api':
      return legacyApiRoute(options.openApi, session, fields)
    case 'functions.invokeFunction':
      return invokeRoute(options.invoke, session, action, fields)
  }
  if (isDatabaseAction(action)) return jsonRoute(action, () => answerDatabaseAction(options.database, action, fields))
  const storage = options.storage.route(action, fields)
  if (storage) return storage
  throw invalid(`unknown action: ${action}`)
}
