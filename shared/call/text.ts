/** A sentence for people, in both languages of the product. */
export interface Text {
  zh: string
  en: string
}

export type Language = keyof Text

export function text(zh: string, en: string): Text {
  return { zh, en }
}

/** The language of messages: variable `YULIANG_LANGUAGE`, `zh` unless it says `en`. */
export function languageOf(variable: string | undefined): Language {
  return variable === 'en' ? 'en' : 'zh'
}
