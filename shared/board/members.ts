import { type Call, CallError, invalidArgument, text } from '../call'
import { listMembers, removeMember, saveMember } from '../store/members'
import type { MembersOutput, PageInput, RemoveMyDataOutput, SaveMemberInput, SaveMemberOutput } from './types'

const MEMBERS_PER_PAGE = 100

/** A client of the Mini Program. */
export interface Person {
  openid: string
  /** Whether `ADMIN_OPENIDS` names them. */
  isListedAdmin: boolean
}

/** A page of members. Throws UPSTREAM_UNAVAILABLE when the database cannot answer. */
export async function readMembers({ page = 0 }: PageInput, call: Call): Promise<MembersOutput> {
  const members = await listMembers(call, page)
  // A page is all that one query gives: only another one tells whether anybody follows a full one.
  const hasMore = members.length === MEMBERS_PER_PAGE && (await listMembers(call, page + 1)).length > 0
  return { members, page, hasMore }
}

/**
 * Gives somebody a role, or takes it away. Throws INVALID_ARGUMENT when an administrator would shut themselves out: then
 * there might be nobody left to let them in.
 */
export async function changeMember(
  { openid, role }: SaveMemberInput,
  person: Person | undefined,
  call: Call,
): Promise<SaveMemberOutput> {
  if (openid === person?.openid && role !== 'admin') {
    const message = text(
      '不可取消自己的管理员身份，请由另一位管理员操作',
      'must stay admin for yourself; have another administrator change it',
    )
    throw invalidArgument([{ path: 'role', message }])
  }
  if (role === 'none') await removeMember(openid, call)
  else await saveMember({ openid, role }, call)
  return { openid, role }
}

/** Removes what is stored of the caller. Throws NOT_APPLICABLE for who is no person. */
export async function removeMyData(person: Person | undefined, call: Call): Promise<RemoveMyDataOutput> {
  if (!person) {
    throw new CallError(
      'NOT_APPLICABLE',
      text(
        '只有小程序用户才有个人数据；请在小程序中操作。',
        'Only users of the Mini Program have personal data; do this in the Mini Program.',
      ),
    )
  }
  const removed = await removeMember(person.openid, call)
  const what = removed
    ? text(
        '已删除你的成员记录（OPENID 和角色），没有保存你的其他数据。',
        'Your member record (OPENID and role) has been removed; nothing else is stored of you.',
      )
    : text('没有保存你的任何数据。', 'Nothing is stored of you.')
  const listed = person.isListedAdmin
    ? text(
        '你的 OPENID 还写在环境变量 ADMIN_OPENIDS 中，只能由人在云开发控制台删去；在那之前你仍是管理员。',
        ' Your OPENID is also in the environment variable ADMIN_OPENIDS, which can only be changed in the cloud console; until then you remain an administrator.',
      )
    : text('', '')
  return { removed, message: what[call.language] + listed[call.language] }
}
