import * as v from 'valibot'
import type { Call } from '../call'
import { BATCH, type Collection, openCollection } from './collection'
import { instant } from './fields'

const roleSchema = v.picklist(['admin', 'viewer'])
export type Role = v.InferOutput<typeof roleSchema>

/** `yl_members`: clients and their roles, one document per person, `_id` is the OPENID. Closed to clients. */
const memberSchema = v.object({
  _id: v.string(),
  role: roleSchema,
  /** Absent from those that were entered by hand. */
  addedAt: v.optional(instant),
})

export interface Member {
  openid: string
  role: Role
  /** Epoch ms; null when nobody noted it. */
  addedAt: number | null
}

/**
 * The role of this person; undefined when there is none. A look-up that fails is an error, never "no role":
 * UPSTREAM_UNAVAILABLE, or INTERNAL when the document holds an unknown role.
 */
export async function findRole(openid: string, call: Call): Promise<Role | undefined> {
  const [member] = await members(call).find(memberSchema, { where: { _id: openid }, limit: 1 })
  return member?.role
}

/** A page of at most 100 members, by OPENID; pages count from 0. Errors as of findRole. */
export async function listMembers(call: Call, page = 0): Promise<Member[]> {
  const found = await members(call).find(memberSchema, { where: {}, orderBy: [['_id', 'asc']], skip: page * BATCH })
  return found.map(({ _id, role, addedAt }) => ({ openid: _id, role, addedAt: addedAt ?? null }))
}

/** Adds a member, or changes the role of one. Throws UPSTREAM_UNAVAILABLE. */
export async function saveMember({ openid, role }: { openid: string; role: Role }, call: Call): Promise<void> {
  const inserted = await members(call).insert([{ _id: openid, role, addedAt: call.clock.now() }])
  if (inserted === 'exists') await members(call).update({ _id: openid }, { role })
}

/** Whether there was such a member. Throws UPSTREAM_UNAVAILABLE. */
export async function removeMember(openid: string, call: Call): Promise<boolean> {
  return (await members(call).remove({ _id: openid })) > 0
}

function members(call: Call): Collection {
  return openCollection('yl_members', call)
}
