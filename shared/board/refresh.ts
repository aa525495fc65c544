import type { Call } from '../call'
import { refreshMeter } from '../watch'
import { boardMeter, connectionOf, needMeter } from './meterView'
import type { RefreshInput, RefreshOutput } from './types'

/** Reads one meter now and records it. Throws NOT_FOUND for one that is gone, and what the upstream's failure is. */
export async function refresh({ meter: id }: RefreshInput, call: Call): Promise<RefreshOutput> {
  const { refreshed } = await refreshMeter(id, call)
  const meter = await needMeter(id, call)
  const shown = boardMeter(meter, await connectionOf(meter, call), call)
  // The same value as before leaves no point, but now holds now.
  const isKnownNow = refreshed && meter.standing === 'current'
  return { meter: isKnownNow ? { ...shown, asOf: call.clock.now() } : shown, refreshed }
}
