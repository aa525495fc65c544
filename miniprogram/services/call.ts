import type { Result } from '../../shared/function/envelope'

/** Calls a cloud function. Throws an Error with the envelope's message, made to be shown to a person. */
export async function call<Data>(name: string, data: Record<string, unknown> = {}): Promise<Data> {
  const { result } = await wx.cloud.callFunction({ name, data })
  const envelope = result as unknown as Result<Data>
  if (envelope.ok) return envelope.data
  throw new Error(envelope.error.message)
}
