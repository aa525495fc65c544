import type { UpstreamReply } from '../upstream'

export function jsonReply(status: number, body: string | Buffer, requestId: string): UpstreamReply {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', 'x-request-id': requestId },
    body,
  }
}
