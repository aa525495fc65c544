import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Exchange, Reply, Route } from '../http/server'
import { jsonRoute } from './answer'
import type { Store } from './database'
import { check, parameters } from './schema'

const UPLOAD = parameters({ path: v.pipe(v.string(), v.regex(/^[^/?#][^?#]*$/)), method: v.literal('put') })
const DOWNLOAD = parameters({
  file_list: v.array(v.strictObject({ fileid: v.string(), max_age: v.optional(v.number()) })),
})
const DELETE = parameters({ fileid_list: v.array(v.string()) })

export const FILES_PATH = '/cos/'

/** Files by their path. Bytes travel over plain URLs on this gateway; an upload needs the id that was handed out for it. */
export class Storage {
  /** The uploads that may come, by their secret id. */
  private readonly granted = new Map<string, string>()

  constructor(
    private readonly store: Store,
    /** This gateway's address, no slash at the end. */
    private readonly origin: () => string,
  ) {}

  /** The route of a `storage.*` action, if there is such an action. */
  route(action: string, fields: unknown): Route | undefined {
    switch (action) {
      case 'storage.getUploadMetadata':
        return jsonRoute(action, () => ({ data: this.grant(fields) }))
      case 'storage.batchGetDownloadUrl':
        return jsonRoute(action, () => ({ data: { download_list: this.urls(fields) } }))
      case 'storage.batchDeleteFile':
        return jsonRoute(action, () => ({ data: { delete_list: this.delete(fields) } }))
      default:
        return undefined
    }
  }

  /** Answers a request for a file's bytes. */
  serve({ method, url, headers, body }: Exchange): Reply {
    const path = decodePath(url.pathname.slice(FILES_PATH.length))
    if (path === undefined) return xmlError(400, 'InvalidURI')
    if (method === 'PUT') {
      const grant = String(headers['x-cos-meta-fileid'])
      if (this.granted.get(grant) !== path) return xmlError(403, 'AccessDenied')
      this.granted.delete(grant)
      this.store.writeFile(path, body)
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: '' }
    }
    if (method !== 'GET') return xmlError(405, 'MethodNotAllowed')
    const bytes = this.store.readFile(path)
    if (!bytes) return xmlError(404, 'NoSuchKey')
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: bytes }
  }

  private grant(fields: unknown) {
    const { path, envName } = check(UPLOAD, fields)
    const cosFileId = randomBytes(16).toString('hex')
    this.granted.set(cosFileId, path)
    return {
      url: `${this.origin()}${FILES_PATH}${encodeURIComponent(path)}`,
      token: 'tok',
      authorization: 'auth',
      fileId: `${fileIdPrefix(envName)}${path}`,
      cosFileId,
    }
  }

  private urls(fields: unknown) {
    const { file_list: files, envName } = check(DOWNLOAD, fields)
    return files.map(({ fileid: fileID, max_age: maxAge }) => {
      const path = this.pathOf(fileID, envName)
      if (path === undefined) return { code: 'STORAGE_FILE_NONEXIST', fileID, tempFileURL: '' }
      // Not encoded: the SDK does that before it downloads.
      const tempFileURL = `${this.origin()}${FILES_PATH}${path}`
      return { code: 'SUCCESS', fileID, ...(maxAge !== undefined && { maxAge }), tempFileURL }
    })
  }

  private delete(fields: unknown) {
    const { fileid_list: files, envName } = check(DELETE, fields)
    return files.map(fileID => {
      const path = this.pathOf(fileID, envName)
      if (path === undefined) return { code: 'STORAGE_FILE_NONEXIST', fileID }
      this.store.removeFile(path)
      return { code: 'SUCCESS', fileID }
    })
  }

  /** The path of a file that exists. */
  private pathOf(fileId: string, envName: string | undefined): string | undefined {
    const prefix = fileIdPrefix(envName)
    const path = fileId.startsWith(prefix) ? fileId.slice(prefix.length) : undefined
    return path !== undefined && this.store.readFile(path) ? path : undefined
  }
}

function fileIdPrefix(envName = 'local'): string {
  return `cloud://${envName}.local/`
}

function decodePath(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function xmlError(status: number, code: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
  }
}
