import * as v from 'valibot'
import { defineFunction, exactly, listOf, name } from '../../shared/function'
import { sweep } from '../../shared/watch'

/** The timer: reads every connection that is due, and keeps the history. */
export const main = defineFunction({
  name: 'watchQuotas',
  role: 'admin',
  input: exactly({ connections: v.optional(listOf(name(200), 100)) }),
  run: sweep,
})
