import * as v from 'valibot'
import { type Call, type Paces, raceSignal } from '../call'
import { type Collection, openCollection } from './collection'
import { instant } from './fields'
import { isPast, LATEST_MS, PaceSlots } from './paceSlots'

/**
 * How far ahead reservations may begin: whoever finds the pace booked up to there looks again later. So nothing beyond
 * it, and beyond `NOT_BELIEVED_MS` with any skew of clocks, was ever reserved by a clock that is right.
 */
const FURTHEST_MS = 30_000
/** From so far ahead on, `nextFree` was written under a wrong clock (or ours was set back), and counting starts anew. */
const NOT_BELIEVED_MS = 60_000
const JITTER_MS = 20
const MOST_JITTER_MS = 320

/** `yl_paces`: one document per account and API, `_id` is its key. */
const paceSchema = v.object({
  _id: v.string(),
  /** The instant from which slots are free, epoch ms: all the state of the generic cell rate algorithm. */
  nextFree: instant,
})

/** What one instance holds of one pace. */
interface Reservation {
  slots: PaceSlots
  /** `nextFree` as this instance last wrote it, null when there is no document, undefined when it must be read. */
  nextFree: number | null | undefined
  /** How long the last write took, in ms. */
  took: number
  waiting: number
  /** The block that is being reserved now, for all who wait. */
  booking: Booking | undefined
}

interface Booking {
  /** Of the one among those who wait whose requests these are. */
  call: Call
  done: Promise<void>
}

/** The reservations of one instance, by key and pace. They outlive its invocations. */
export type Reservations = Map<string, Reservation>

const ofThisInstance: Reservations = new Map()

/**
 * Turns over slots that instances reserve in blocks, by compare-and-set in the database. In any second at most 1.2 times
 * `perSecond` calls, and one, go out, all instances together, as far as their clocks agree. A turn rejects with what the database fails with: there is
 * no call without a slot.
 */
export function sharedPaces(call: Call, reservations: Reservations = ofThisInstance): Paces {
  return {
    async turn(key, perSecond, signal) {
      const reservation = reservationOf(key, perSecond, reservations)
      for (;;) {
        signal.throwIfAborted()
        const slot = reservation.slots.take(call.clock.now())
        if (slot === undefined) await nextBlock(key, reservation, call, signal)
        else if (await reached(slot, reservation, call, signal)) return
      }
    },
  }
}

function reservationOf(key: string, perSecond: number, reservations: Reservations): Reservation {
  const name = `${perSecond} ${key}`
  const known = reservations.get(name)
  if (known) return known
  const slots = new PaceSlots(perSecond)
  const reservation = { slots, nextFree: undefined, took: 0, waiting: 0, booking: undefined }
  reservations.set(name, reservation)
  return reservation
}

/** Waits for the slot. False when it has passed unused: the instance was frozen meanwhile, or the clock set forward. */
async function reached(slot: number, { slots }: Reservation, call: Call, signal: AbortSignal): Promise<boolean> {
  const wait = Math.ceil(slot - call.clock.now())
  if (wait <= 0) return true
  try {
    await call.clock.sleep(wait, signal)
  } catch (error) {
    slots.giveBack(slot)
    throw error
  }
  return !isPast(slot, call.clock.now())
}

/** Has a block reserved, together with everyone else here who waits for one. */
async function nextBlock(key: string, reservation: Reservation, call: Call, signal: AbortSignal): Promise<void> {
  reservation.waiting += 1
  reservation.booking ??= startBooking(key, reservation, call)
  const { call: bookingCall, done } = reservation.booking
  try {
    await raceSignal(done, signal)
  } catch (error) {
    // The other invocation has ended, not the database failed: one of those who still wait tries next.
    if (signal.aborted || bookingCall === call || !bookingCall.deadline.signal.aborted) throw error
  } finally {
    reservation.waiting -= 1
  }
}

function startBooking(key: string, reservation: Reservation, call: Call): Booking {
  const done = book(key, reservation, call).finally(() => {
    reservation.booking = undefined
  })
  return { call, done }
}

async function book(key: string, reservation: Reservation, call: Call): Promise<void> {
  const { clock, deadline } = call
  const { slots } = reservation
  const paces = openCollection('yl_paces', call)
  for (let losses = 0; ; ) {
    const seen = reservation.nextFree === undefined ? await read(key, paces) : reservation.nextFree
    // Whether a write that fails was made is not known: read again then.
    reservation.nextFree = undefined
    const now = Math.ceil(clock.now())
    // With a slow database, slots that begin at once would all be past when they are known to be ours. Half of the time
    // at most: one write that took long, or a freeze during it, must not keep an instance from trying again.
    const lead = reservation.took > LATEST_MS / 2 ? Math.min(reservation.took, deadline.remaining() / 2) : 0
    const soonest = now + lead
    const start = seen === null || seen > now + NOT_BELIEVED_MS ? soonest : Math.max(seen, soonest)
    const left = deadline.remaining() - (start - now)
    if (left <= 0) {
      // A free slot never moves nearer: what is reserved beyond the deadline would only be lost to the others.
      await clock.sleep(deadline.remaining(), deadline.signal)
      continue
    }
    if (start > now + FURTHEST_MS) {
      await clock.sleep(start - now - FURTHEST_MS + jitter(losses, call), deadline.signal)
      continue
    }
    const count = slots.nextBlock(reservation.waiting, left)
    const nextFree = Math.ceil(start + slots.length(count))
    const isWon = await compareAndSet(key, seen, nextFree, paces)
    reservation.took = clock.now() - now
    if (isWon) {
      reservation.nextFree = nextFree
      slots.add(start, count)
      return
    }
    await clock.sleep(jitter(losses, call), deadline.signal)
    losses += 1
  }
}

async function read(key: string, paces: Collection): Promise<number | null> {
  const [pace] = await paces.find(paceSchema, { where: { _id: key }, limit: 1 })
  return pace?.nextFree ?? null
}

async function compareAndSet(key: string, seen: number | null, nextFree: number, paces: Collection): Promise<boolean> {
  if (seen === null) return (await paces.insert([{ _id: key, nextFree }])) === 'inserted'
  return (await paces.update({ _id: key, nextFree: seen }, { nextFree })) === 1
}

function jitter(losses: number, { clock }: Call): number {
  return clock.random() * Math.min(MOST_JITTER_MS, JITTER_MS * 2 ** losses)
}
