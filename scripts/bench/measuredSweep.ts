import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Bed, builtFunction } from '../../local/bed'
import { DEFAULT_LIMITS } from '../../local/runtime/limits'
import { TIMER } from './figures'
import { stderrTail } from './stderrTail'
import { LONG_MS, type Run } from './watching'

export interface MeasuredSweep {
  /** Of the call of `main`: loading the code is not in it, compiling what it calls is. */
  cpuSeconds: number
  ms: number
  /** Of the process, from its start. */
  peakRssMb: number
  run: Run
}

/** One beat of the timer in a fresh process of its own, whose heap is as small as an instance's. */
export function measuredSweep(bed: Bed): Promise<MeasuredSweep> {
  return new Promise((resolve, reject) => {
    const heap = `--max-old-space-size=${DEFAULT_LIMITS.memoryMb}`
    const args = [heap, join(__dirname, 'oneSweep.cjs'), builtFunction('watchQuotas'), String(LONG_MS)]
    const child = spawn(process.execPath, args, {
      env: bed.variables('watchQuotas', TIMER),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const tail = stderrTail(child.stderr)
    let measured: MeasuredSweep | undefined
    child.once('message', message => {
      measured = message as MeasuredSweep
    })
    child.once('error', reject)
    child.once('close', code => {
      if (measured) resolve(measured)
      else reject(new Error(`watchQuotas ended with ${code}\n${tail()}`))
    })
  })
}
