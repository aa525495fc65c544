import type { Result } from '../../shared/function/envelope'

/** Calls a cloud function. Throws an Error with the envelope's message, made to be shown to a person. */
export async function call<Data>(name: string, data: Record<string, unknown> = {}): Promise<Data> {
  const { result } = await wx.cloud.callFunction({ name, data })
  const envelope = result as unknown as Result<Data>
  if (envelope.ok) return envelope.data
  throw new Error(envelope.error.message)
}

/** Calls a function again with its cursor until the answer is whole; every part of it. */
export async function callUntilWhole<Data>(name: string, data: Record<string, unknown>): Promise<Data[]> {
  const parts: Data[] = []
  let cursor: string | undefined
  do {
    const part = await call<Data & { next?: string }>(name, cursor === undefined ? data : { ...data, cursor })
    parts.push(part)
    cursor = part.next
  } while (cursor !== undefined)
  return parts
}
