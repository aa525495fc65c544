/** Runs the built cloud functions as the platform does: a process per instance, its variables, its limits. */
export type { Caller } from './caller'
export type { Trigger } from './configuration'
export type { Limits } from './limits'
export type { FunctionLog, RuntimeOptions } from './options'
export type { Outcome } from './outcome'
export { createRuntime, type Runtime } from './runtime'
