import type { Collection, Database } from './platform'

let collections = 0

/** A collection of this test's own, with these documents. */
export async function collectionWith(database: Database, documents: object[] = []): Promise<Collection> {
  collections += 1
  const name = `contract_${collections}`
  await database.createCollection(name)
  const collection = database.collection(name)
  if (documents.length > 0) await collection.add({ data: documents })
  return collection
}
