import { CallError } from './errors'
import { text } from './text'

/** The function's environment variables. */
export interface Environment {
  /** The value without surrounding blanks; undefined when unset or blank. */
  get(name: string): string | undefined
  /** The value. Throws NOT_CONFIGURED naming the variable when it is unset or blank. */
  need(name: string): string
  /**
   * A credential, needed like any other; from now on it is blotted out. Throws NOT_CONFIGURED, too, for characters that no
   * header can carry: a line break or a full-width bracket from copying.
   */
  secret(name: string): string
  /** Has this value blotted out as well, for a credential that was not configured but fetched. */
  conceal(value: string): void
  /** The text with `***` for every credential in it. Upstreams sometimes repeat what they were given. */
  blot(text: string): string
}

export function environmentFrom(variables: NodeJS.ProcessEnv): Environment {
  const secrets = new Set<string>()
  const get = (name: string) => variables[name]?.trim() || undefined
  const need = (name: string) => {
    const value = get(name)
    if (value === undefined) throw notConfigured(name)
    return value
  }
  return {
    get,
    need,
    secret(name) {
      const value = need(name)
      if (!/^[\x21-\x7e]+$/.test(value))
        throw misconfigured(name, {
          zh: '不含空白和全角字符的凭证',
          en: 'a credential of plain characters, without blanks',
        })
      secrets.add(value)
      return value
    },
    conceal: value => void secrets.add(value),
    blot: text => [...secrets].reduce((blotted, secret) => blotted.replaceAll(secret, '***'), text),
  }
}

/**
 * The environment with these variables over it, all of `names` that have no value unset: credentials of two accounts are
 * never mixed. What is concealed in one is blotted out in both.
 */
export function overlaid(
  base: Environment,
  names: readonly string[],
  values: Readonly<Record<string, string>>,
): Environment {
  const own = environmentFrom(values)
  const isOwn = (name: string) => names.includes(name)
  const secret = (name: string) => {
    const value = (isOwn(name) ? own : base).secret(name)
    base.conceal(value)
    return value
  }
  return {
    get: name => (isOwn(name) ? own : base).get(name),
    need: name => (isOwn(name) ? own : base).need(name),
    secret,
    conceal: base.conceal,
    blot: base.blot,
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
