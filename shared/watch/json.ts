/** What a document keeps as JSON; undefined for nothing, and for what is damaged: then its reader begins anew. */
export function fromJson(json: string | null): unknown {
  if (json === null) return undefined
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
