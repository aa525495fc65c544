import type { Call } from '../call'
import type { Role } from '../store/members'
import { readBoard } from './board'
import { listConnections } from './connections'
import { exportHistory } from './export'
import { readHistory } from './history'
import { changeMember, type Person, readMembers, removeMyData } from './members'
import { refresh } from './refresh'
import { removeConnection } from './removeConnection'
import { readRuns } from './runs'
import { saveConnection } from './saveConnection'
import { testConnection } from './testConnection'
import type { QuotaBoard } from './types'

export type Action = keyof QuotaBoard
type Work<Name extends Action> = (
  input: QuotaBoard[Name]['input'],
  call: Call,
  person: Person | undefined,
) => Promise<QuotaBoard[Name]['output']>

const ACTIONS: { [Name in Action]: { role: Role; run: Work<Name> } } = {
  board: { role: 'viewer', run: readBoard },
  history: { role: 'viewer', run: readHistory },
  refresh: { role: 'viewer', run: refresh },
  export: { role: 'viewer', run: exportHistory },
  removeMyData: { role: 'viewer', run: (_, call, person) => removeMyData(person, call) },
  connections: { role: 'admin', run: (_, call) => listConnections(call) },
  saveConnection: { role: 'admin', run: saveConnection },
  testConnection: { role: 'admin', run: testConnection },
  removeConnection: { role: 'admin', run: removeConnection },
  members: { role: 'admin', run: readMembers },
  saveMember: { role: 'admin', run: (input, call, person) => changeMember(input, person, call) },
  runs: { role: 'admin', run: readRuns },
}

/** The role that a client needs for the action. */
export function roleFor(action: Action): Role {
  return ACTIONS[action].role
}

/** Does what the action is for; `person` is undefined when no client calls. Throws as the action does. */
export function answer<Name extends Action>(
  { action, ...input }: { action: Name } & QuotaBoard[Name]['input'],
  person: Person | undefined,
  call: Call,
): Promise<QuotaBoard[Name]['output']> {
  return ACTIONS[action].run(input as QuotaBoard[Name]['input'], call, person)
}
