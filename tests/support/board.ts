import { dayReadingsId } from '../../shared/store/readings'
import { newConnection } from '../../shared/watch/connections'
import { mockCloud } from '../mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES, type TestCall, type TestCallOptions } from './call'
import { NOON } from './clock'

export { NOON }

export const MINUTE = 60_000
/** With a key to seal under; of zeros, so that it is plainly no real one. */
export const BOARD_VARIABLES = { ...SDK_VARIABLES, YULIANG_KEY: Buffer.alloc(32).toString('base64') }

type Fields = Record<string, unknown>

export function boardCall({ variables = {}, ...options }: TestCallOptions = {}): TestCall {
  return makeCall({ ...options, variables: { ...BOARD_VARIABLES, ...variables } })
}

/** A connection whose last round was a minute ago, with these fields over it. */
export function connectionDocument(id: string, fields: Fields = {}): Fields {
  const given = { id, provider: 'waybill', name: '', intervalMinutes: 10, sealed: null, settings: {} } as const
  const document = newConnection({ ...given, dueAt: NOON + 9 * MINUTE })
  return { ...document, completeAt: NOON - MINUTE, ...fields }
}

/** A meter in standing `current`, with these fields over it. */
export function meterDocument(connection: string, key: string, fields: Fields = {}): Fields {
  return {
    _id: `${connection}/${key}`,
    connection,
    key,
    title: { zh: `额度 ${key}`, en: `Meter ${key}` },
    kind: 'balance',
    unit: 'waybills',
    value: '210',
    limit: null,
    full: '1000',
    period: null,
    resetsAt: null,
    returned: null,
    at: NOON - 60 * MINUTE,
    day: '20261120',
    today: null,
    standing: 'current',
    level: 'ok',
    rank: 6,
    order: 210,
    missingSince: null,
    version: 1,
    provider: 'waybill',
    recent: [[NOON - 60 * MINUTE, '210']],
    seen: '',
    createdAt: 0,
    refreshedAt: 0,
    ...fields,
  }
}

/** A day of one meter; its points are `[epoch ms, value]`, null once only the summary is kept. */
export function dayDocument(
  meter: string,
  day: string,
  points: [number, string][] | null,
  fields: Fields = {},
): Fields {
  const value = points?.at(-1)?.[1] ?? '5'
  return {
    _id: dayReadingsId(meter, day),
    meter,
    connection: meter.slice(0, meter.indexOf('/')),
    day,
    points,
    at: points?.at(-1)?.[0] ?? NOON,
    period: null,
    returnedTotal: null,
    open: points?.[0]?.[1] ?? value,
    close: value,
    min: value,
    max: value,
    consumed: '0',
    added: '0',
    returned: '0',
    count: points?.length ?? 1,
    ...fields,
  }
}

/** Every document of the collection as it is stored. */
export async function stored(collection: string): Promise<Fields[]> {
  const found = await mockCloud.sdk.database().collection(collection).limit(1000).get()
  return (found as { data: Fields[] }).data
}
