export { addTally, type Call, newTally, type Paces } from './call'
export { type Clock, systemClock } from './clock'
export { budgetOf, endingBefore, raceSignal, startDeadline } from './deadline'
export { type Environment, environmentFrom, misconfigured, notConfigured, overlaid } from './environment'
export { type ErrorBody, errorBody } from './errorBody'
export {
  CallError,
  type ErrorCode,
  type FieldProblem,
  invalidArgument,
  type Provider,
  type UpstreamDetail,
} from './errors'
export { consoleLog, type LogFields } from './log'
export { type Language, languageOf, text } from './text'
