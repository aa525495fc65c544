export type Language = 'zh' | 'en'

/** `YULIANG_LANGUAGE` decides, else the terminal's locale. */
export function terminalLanguage(variables: NodeJS.ProcessEnv): Language {
  const wanted = variables['YULIANG_LANGUAGE'] ?? variables['LC_ALL'] ?? variables['LANG'] ?? ''
  return wanted.startsWith('zh') ? 'zh' : 'en'
}
