export { type CloudFunction, defineFunction } from './defineFunction'
export type { Result } from './envelope'
export { exactly, flag, invalidArgument, listOf, name, oneOf, parseInput, says, wholeNumber } from './schema'
