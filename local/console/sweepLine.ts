import type { Language } from './language'

/** The record of a sweep, as far as the console reads it. */
export interface SweepRecord {
  startedAt: number
  connections: readonly { id: string; outcome: string; code: string | null }[]
  readings: number
  changed: number
  upstreamCalls: number
  databaseReads: number
  databaseWrites: number
  ms: number
}

/** One sweep in one line for a terminal. */
export function sweepLine(run: SweepRecord, language: Language): string {
  const failed = run.connections.filter(({ outcome }) => outcome === 'failed')
  const names = failed.map(({ id, code }) => `${id} ${code}`).join(', ')
  const clock = new Date(run.startedAt).toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai' })
  const { readings, changed, upstreamCalls, databaseReads, databaseWrites, ms } = run
  const connections = run.connections.length
  if (language === 'zh') {
    const counts =
      connections === 0 ? '尚无到期的连接' : `${connections} 个连接，${readings} 个额度，${changed} 个有新读数`
    const cost = `上游 ${upstreamCalls} 次，数据库读 ${databaseReads} 次、写 ${databaseWrites} 次，${ms} 毫秒`
    return `${clock}  巡检：${counts}；${cost}${names && `；失败：${names}`}`
  }
  const counts =
    connections === 0
      ? 'no connection was due yet'
      : `connections ${connections}, meters ${readings}, new readings ${changed}`
  const cost = `upstream calls ${upstreamCalls}, database reads ${databaseReads}, writes ${databaseWrites}; ${ms} ms`
  return `${clock}  sweep: ${counts}; ${cost}${names && `; failed: ${names}`}`
}
