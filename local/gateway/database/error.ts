import { Refusal } from '../refusal'

/** The platform's own spelling: wx-server-sdk maps exactly this code to -502002. */
export function unknownOperator(name: string): Refusal {
  return new Refusal('DATABASE_INVALID_OPERRATOR', `operator ${name} is not known to the local database`)
}

export function requestFailed(message: string): Refusal {
  return new Refusal('DATABASE_REQUEST_FAILED', message)
}

export function missingCollection(name: string): Refusal {
  return new Refusal('DATABASE_COLLECTION_NOT_EXIST', `Db or Table not exist: ${name}`)
}

export function conflict(): Refusal {
  return new Refusal(
    'DATABASE_TRANSACTION_CONFLICT',
    '[ResourceUnavailable.TransactionConflict] a document of this transaction was changed by another writer',
  )
}
