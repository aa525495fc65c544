import * as v from 'valibot'
import { openCollection } from '../../shared/store/collection'
import { makeCall, SDK_VARIABLES, type TestCall } from '../support/call'

export const idSchema = v.object({ _id: v.string() })
export const numberSchema = v.object({ _id: v.string(), n: v.number() })
export const anySchema = v.object({ _id: v.string(), value: v.unknown() })
let names = 0

export function newCall(): TestCall {
  return makeCall({ variables: SDK_VARIABLES })
}

/** A collection of this test's own; one without documents does not exist. */
export async function collectionWith(documents: Record<string, unknown>[] = [], call = newCall()) {
  names += 1
  const name = `store_${names}`
  const collection = openCollection(name, call)
  await openCollection(name, newCall()).insert(documents)
  return { name, call, collection }
}
