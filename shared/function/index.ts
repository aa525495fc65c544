export { isListedAdmin } from './access'
export type { Caller } from './caller'
export { type CloudFunction, defineFunction } from './defineFunction'
export { exactly, flag, listOf, name, oneOf, says, wholeNumber } from './schema'
