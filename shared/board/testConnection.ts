import { type Call, CallError, errorBody } from '../call'
import { MINUTE_MS } from '../meter/day'
import type { Step } from '../provider/source'
import type { Connection } from '../store/connections'
import { sharedPaces } from '../store/paces'
import { callFor, sourceFor } from '../watch'
import { needConnection } from './connectionView'
import { draftOf } from './draft'
import type { TestConnectionInput, TestConnectionOutput } from './types'

const SAMPLE = 3
/** Enough for a first step of every source. */
const MOST_REQUESTS = 3

/**
 * Reads the beginning of what this connection would read, and records nothing. What the upstream refuses is part of the
 * answer. Throws as saveConnection does for what could not be saved.
 */
export async function testConnection(input: TestConnectionInput, call: Call): Promise<TestConnectionOutput> {
  const connection = await connectionToTest(input, call)
  try {
    const { readings, next } = await firstStep(connection, { ...callFor(connection, call), paces: sharedPaces(call) })
    const sample = readings.slice(0, SAMPLE)
    return {
      ok: true,
      meters: readings.length,
      sample: sample.map(({ title, value, unit }) => ({ title: title[call.language], value, unit })),
      hasMore: next !== undefined,
    }
  } catch (error) {
    if (error instanceof CallError) return { ok: false, error: errorBody(error, call) }
    throw error
  }
}

async function connectionToTest(input: TestConnectionInput, call: Call): Promise<Connection> {
  if (!('provider' in input)) return needConnection(input.id, call)
  return draftOf(input, input.id === undefined ? undefined : await needConnection(input.id, call), call)
}

async function firstStep(connection: Connection, call: Call): Promise<Step> {
  let asked = 0
  const mayRequest = () => {
    asked += 1
    return asked <= MOST_REQUESTS
  }
  const intervalMs = connection.intervalMinutes * MINUTE_MS
  for await (const step of sourceFor(connection).read({ intervalMs, mayRequest }, call)) return step
  return { readings: [] }
}
