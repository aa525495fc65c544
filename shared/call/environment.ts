import { CallError } from './errors'
import { text } from './text'

/** The function's environment variables. */
export interface Environment {
  /** The value without surrounding blanks; undefined when unset or blank. */
  get(name: string): string | undefined
  /** The value. Throws NOT_CONFIGURED naming the variable when it is unset or blank. */
  need(name: string): string
}

export function environmentFrom(variables: NodeJS.ProcessEnv): Environment {
  const get = (name: string) => variables[name]?.trim() || undefined
  return {
    get,
    need(name) {
      const value = get(name)
      if (value === undefined) throw notConfigured(name)
      return value
    },
  }
}

export function notConfigured(variable: string): CallError {
  return new CallError(
    'NOT_CONFIGURED',
    text(
      `缺少环境变量 ${variable}。请在云开发控制台为该函数设置它。`,
      `Environment variable ${variable} is missing. Set it for this function in the cloud console.`,
    ),
  )
}

/** NOT_CONFIGURED for a variable that is set to something unusable. The value is never repeated: it may be a secret. */
export function misconfigured(variable: string, allowed: { zh: string; en: string }): CallError {
  return new CallError(
    'NOT_CONFIGURED',
    text(
      `环境变量 ${variable} 的值不可用：应为${allowed.zh}。`,
      `Environment variable ${variable} is unusable: it must be ${allowed.en}.`,
    ),
  )
}
