import * as v from 'valibot'
import { type FieldProblem, invalidArgument, text } from '../call'

/** A message in the language that the parse asks for. */
export function says(zh: string, en: string): (issue: v.BaseIssue<unknown>) => string {
  return issue => (issue.lang === 'en' ? en : zh)
}

/** An answer names no more: a caller corrects a few at a time, and a megabyte of them would not get through. */
const MOST_FIELDS = 20
const LONGEST_PATH = 100

/** An object with these keys and no others. */
export function exactly<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries).join(', ')
  return v.pipe(
    v.custom<object>(isObject, says('应为一个对象', 'must be an object')),
    v.rawCheck<object>(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      // Own keys only: `in` would take `__proto__` and `constructor` for known ones.
      const unknown = Object.keys(dataset.value).filter(key => !Object.hasOwn(entries, key))
      for (const key of unknown.slice(0, MOST_FIELDS)) {
        addIssue({
          message: says(`没有这个输入项；可用的有：${known}`, `is not an input; known are: ${known}`),
          path: [{ type: 'object', origin: 'key', input: {}, key, value: undefined }],
        })
      }
    }),
    // Its own issue, all checks above passed, is a key that is not there.
    v.object(entries, says('必须提供', 'is required')),
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string of 1 to `longest` characters. */
export function name(longest: number) {
  const message = says(
    `应为 1 至 ${longest} 个字符且非空白的字符串`,
    `must be a string of 1 to ${longest} characters, not blank`,
  )
  return v.pipe(
    v.string(message),
    v.check(value => value.trim() !== '' && value.length <= longest, message),
  )
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number) {
  const message = says(`应为 ${least} 至 ${most} 的整数`, `must be a whole number from ${least} to ${most}`)
  return v.pipe(
    v.number(message),
    v.check(value => Number.isInteger(value) && value >= least && value <= most, message),
  )
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  const list = words.join(', ')
  return v.picklist(words, says(`应为其中之一：${list}`, `must be one of: ${list}`))
}

/** `true` or `false`. */
export function flag() {
  return v.boolean(says('应为 true 或 false', 'must be true or false'))
}

/** The input as the schema types it. Throws INVALID_ARGUMENT with every field at fault. */
export function parseInput<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { lang: 'zh', abortPipeEarly: true })
  if (result.success) return result.output
  const english = v.safeParse(schema, input, { lang: 'en', abortPipeEarly: true })
  const fields = result.issues.slice(0, MOST_FIELDS).map((issue, index): FieldProblem => {
    const path = (v.getDotPath(issue) ?? '').slice(0, LONGEST_PATH)
    return { path, message: text(issue.message, english.issues?.[index]?.message ?? '') }
  })
  throw invalidArgument(fields)
}

/** A list of 1 to `most` of these. */
export function listOf<const Item extends v.GenericSchema>(item: Item, most: number) {
  const message = says(`应为 1 至 ${most} 项的列表`, `must be a list of 1 to ${most}`)
  // Its length first: the items of a list that is too long are not looked at.
  return v.pipe(v.array(v.unknown(), message), v.minLength(1, message), v.maxLength(most, message), v.array(item))
}
