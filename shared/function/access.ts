import { type Call, CallError, text } from '../call'
import { findRole, type Role } from '../store/members'
import type { Caller } from './caller'

const RANK: Record<Role, number> = { viewer: 1, admin: 2 }

/**
 * Lets the caller in or throws PERMISSION_DENIED. A timer or another function of the same environment is trusted: only
 * who deploys there can make one. A client needs a role, from `ADMIN_OPENIDS` or the members' collection. Everyone else
 * is refused.
 */
export async function requireRole(caller: Caller, needed: Role, call: Call): Promise<void> {
  requireHeld(caller, await roleOf(caller, call), needed)
}

/** The caller's role, of which the trusted have the highest. Throws PERMISSION_DENIED for a caller without any. */
export async function roleOf(caller: Caller, call: Call): Promise<Role> {
  if (caller.kind === 'timer' || caller.kind === 'function') return 'admin'
  if (caller.kind !== 'client') throw denied(caller)
  const role = isListedAdmin(caller.openid, call) ? 'admin' : await findRole(caller.openid, call)
  if (role === undefined) throw denied(caller)
  return role
}

/** Throws PERMISSION_DENIED when the role that the caller holds is less than what is needed. */
export function requireHeld(caller: Caller, held: Role, needed: Role): void {
  if (RANK[held] < RANK[needed]) throw denied(caller)
}

/** Whether `ADMIN_OPENIDS` names this person. */
export function isListedAdmin(openid: string, call: Call): boolean {
  const listed = call.environment.get('ADMIN_OPENIDS') ?? ''
  return listed.split(/[\s,;]+/).includes(openid)
}

function denied(caller: Caller): CallError {
  if (caller.kind !== 'client') {
    return new CallError(
      'PERMISSION_DENIED',
      text(
        '此函数只接受小程序用户、定时器和同一环境中其他函数的调用。',
        'This function is called by users of the Mini Program, timers, and other functions of the same environment only.',
      ),
    )
  }
  // Their own OPENID: it tells nobody else anything, and they cannot see it elsewhere.
  const { openid } = caller
  return new CallError(
    'PERMISSION_DENIED',
    text(
      `你没有使用此功能的权限。请管理员把你的 OPENID ${openid} 加为成员，或写入环境变量 ADMIN_OPENIDS。`,
      `You have no permission for this. Ask an administrator to add your OPENID ${openid} as a member, or to ADMIN_OPENIDS.`,
    ),
  )
}
