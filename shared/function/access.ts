import { type Call, CallError, text } from '../call'
import { findRole, type Role } from '../store'
import type { Caller } from './caller'

const RANK: Record<Role, number> = { viewer: 1, admin: 2 }

/**
 * Lets the caller in or throws PERMISSION_DENIED. A timer or another function of the same environment is trusted: only
 * who deploys there can make one. A client needs a role, from `ADMIN_OPENIDS` or the members' collection. Everyone else
 * is refused.
 */
export async function requireRole(caller: Caller, needed: Role, call: Call): Promise<void> {
  if (caller.kind === 'timer' || caller.kind === 'function') return
  if (caller.kind !== 'client') throw denied()
  const role = isListedAdmin(caller.openid, call) ? 'admin' : await findRole(caller.openid, call)
  if (role === undefined || RANK[role] < RANK[needed]) throw denied()
}

function isListedAdmin(openid: string, call: Call): boolean {
  const listed = call.environment.get('ADMIN_OPENIDS') ?? ''
  return listed.split(/[\s,;]+/).includes(openid)
}

function denied(): CallError {
  return new CallError(
    'PERMISSION_DENIED',
    text(
      '你没有查看的权限。请管理员把你的 OPENID 加为成员，或写入环境变量 ADMIN_OPENIDS。',
      'You have no permission for this. Ask an administrator to add your OPENID as a member, or to ADMIN_OPENIDS.',
    ),
  )
}
