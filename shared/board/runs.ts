import { type Call, text } from '../call'
import { type Run, runSchema, runs } from '../store/runs'
import type { PageInput, RunsOutput, RunView } from './types'

const RUNS_PER_PAGE = 20

const REASONS = {
  'connection-failed': text('有连接读取失败', 'A connection could not be read'),
  interrupted: text('上一次运行被中断，本次接着完成', 'A run before was cut off; this one went on from there'),
  late: text('有连接未能按时读取', 'A connection was read later than it should have been'),
  'handover-failed': text(
    '未能调用云函数自身继续读取，剩余的留待下一次定时触发',
    'The function could not call itself to go on; the rest waits for the next beat of the timer',
  ),
  'compaction-failed': text('旧数据未能整理，下次再试', 'Old data could not be compacted; the next run tries again'),
} satisfies Record<Run['degraded'][number], unknown>

/** The sweep's runs, newest first. Throws UPSTREAM_UNAVAILABLE when the database cannot answer. */
export async function readRuns({ page = 0 }: PageInput, call: Call): Promise<RunsOutput> {
  const found = await runs(call).find(runSchema, {
    where: {},
    orderBy: [
      ['startedAt', 'desc'],
      ['_id', 'desc'],
    ],
    skip: page * RUNS_PER_PAGE,
    limit: RUNS_PER_PAGE + 1,
  })
  const shown = found.slice(0, RUNS_PER_PAGE).map(run => runView(run, call))
  return { runs: shown, page, hasMore: found.length > RUNS_PER_PAGE }
}

function runView({ _id, degraded, ...run }: Run, { language }: Call): RunView {
  return { id: _id, ...run, degraded: degraded.map(code => ({ code, message: REASONS[code][language] })) }
}
