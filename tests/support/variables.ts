/** Sets environment variables for the time of a test; `undefined` unsets. Gives back what puts the old ones back. */
export function setVariables(variables: NodeJS.ProcessEnv): () => void {
  const before = Object.keys(variables).map(name => [name, process.env[name]] as const)
  const put = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  for (const [name, value] of Object.entries(variables)) put(name, value)
  return () => {
    for (const [name, value] of before) put(name, value)
  }
}

/** A client who is an administrator, with messages in English. */
export const ADMIN = {
  WX_CONTEXT_KEYS: 'WX_OPENID',
  WX_OPENID: 'oADMIN',
  TCB_SOURCE: 'wx_client',
  TRIGGER_SRC: undefined,
  ADMIN_OPENIDS: 'oADMIN',
  YULIANG_LANGUAGE: 'en',
}

/** A client nobody knows. */
export const STRANGER = { ...ADMIN, WX_OPENID: 'oSTRANGER' }

/** The platform's timer. */
export const TIMER = { ...ADMIN, WX_OPENID: undefined, TCB_SOURCE: 'wx_trigger', TRIGGER_SRC: 'timer' }
