import { type Call, type Language, text } from '../call'
import { MINUTE_MS } from '../meter/day'
import type { ConnectionFailure } from '../store/connections'
import type { ConnectionHealth } from './health'
import { connectionTitle } from './providerTitle'
import type { Notice } from './types'

const LATE_INTERVALS = 2
/** The timer's own beat, and a round's length. */
const LATE_GRACE_MS = 5 * MINUTE_MS
/** A notice names no more of them. */
const NAMED = 3
const LONGEST_MESSAGE = 120

/** Why what these connections show is less than it should be: one notice per reason. */
export function degradedOf(connections: readonly ConnectionHealth[], { clock, language }: Call): Notice[] {
  const enabled = connections.filter(connection => connection.enabled)
  const failed = enabled.filter(({ failures }) => failures > 0)
  const late = enabled.filter(connection => isLate(connection, clock.now()))
  return [
    ...noticeOf('connection-failed', failed, language, names =>
      text(
        `${failed.length} 个连接读取失败：${names}。它们的额度显示为上次的读数；请管理员查看原因。`,
        `${failed.length === 1 ? '1 connection' : `${failed.length} connections`} could not be read: ${names}. Their meters show the last reading; an administrator can see why.`,
      ),
    ),
    ...noticeOf('late', late, language, names =>
      text(
        `${late.length} 个连接已超时未读：${names}。请管理员检查 watchQuotas 的定时触发器是否在运行。`,
        `${late.length === 1 ? '1 connection is' : `${late.length} connections are`} overdue: ${names}. An administrator should check that the timer of watchQuotas runs.`,
      ),
    ),
  ]
}

/** What went wrong when a connection was last read. */
export function failureNotice(failure: ConnectionFailure | null, language: Language): Notice | null {
  return failure && { code: failure.code, message: failure[language].slice(0, LONGEST_MESSAGE) }
}

function noticeOf(
  code: string,
  connections: readonly ConnectionHealth[],
  language: Language,
  message: (names: string) => Record<Language, string>,
): Notice[] {
  if (connections.length === 0) return []
  const titles = connections.slice(0, NAMED).map(connection => connectionTitle(connection, language))
  const names = titles.join(language === 'zh' ? '、' : ', ')
  const more = connections.length > NAMED ? (language === 'zh' ? '等' : ', …') : ''
  return [{ code, message: message(names + more)[language] }]
}

function isLate({ dueAt, intervalMinutes }: ConnectionHealth, now: number): boolean {
  return now - dueAt > LATE_INTERVALS * intervalMinutes * MINUTE_MS + LATE_GRACE_MS
}
