import { readFileSync } from 'node:fs'

/**
 * The most memory that a process has held at once, in MB; undefined where there is no /proc, or no such process any
 * more. The kernel's high-water mark, so that a peak between two samples is seen as well.
 */
export function peakMemoryMb(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}
