import * as v from 'valibot'
import { type Call, CallError, text } from '../call'
import { cloudSdk, sdkErrorCode } from '../cloud'

/** Clients and their roles, one document per person, its `_id` the OPENID: `{_id, role}`. Closed to clients. */
const COLLECTION = 'yl_members'
const COLLECTION_NOT_EXIST = -502005

const roleSchema = v.picklist(['admin', 'viewer'])
export type Role = v.InferOutput<typeof roleSchema>

/**
 * The role of this person; undefined when there is none. A look-up that fails is an error, never "no role":
 * UPSTREAM_UNAVAILABLE, or INTERNAL when the document holds an unknown role.
 */
export async function findRole(openid: string, call: Call): Promise<Role | undefined> {
  const documents = await readMember(openid, call)
  const [member] = documents
  if (member === undefined) return undefined
  const role = v.safeParse(roleSchema, member['role'])
  if (role.success) return role.output
  throw new CallError(
    'INTERNAL',
    text(
      `集合 ${COLLECTION} 中该成员的 role 不是 admin 或 viewer，请管理员更正。`,
      `The member's role in collection ${COLLECTION} is neither admin nor viewer; an administrator must correct it.`,
    ),
  )
}

async function readMember(openid: string, call: Call): Promise<Record<string, unknown>[]> {
  const query = cloudSdk(call.environment).database().collection(COLLECTION).where({ _id: openid }).limit(1)
  try {
    const answer = await call.deadline.race(Promise.resolve(query.get()))
    if (typeof answer !== 'object' || answer === null) throw new TypeError('no documents in the answer')
    return answer.data
  } catch (error) {
    if (error instanceof CallError) throw error
    // Nobody has been added yet: a definite answer.
    if (sdkErrorCode(error) === COLLECTION_NOT_EXIST) return []
    throw new CallError(
      'UPSTREAM_UNAVAILABLE',
      text('暂时读不到成员名单，请稍后重试。', 'The list of members cannot be read for the moment. Try again later.'),
      {
        upstream: {
          provider: 'wechat',
          code: String(sdkErrorCode(error) ?? 'DATABASE'),
          message: 'database read failed',
        },
        cause: error,
      },
    )
  }
}
