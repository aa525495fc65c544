import { open } from 'node:fs/promises'

/** How long what was written may wait for the disk. */
const SYNC_AFTER_MS = 1_000

/** Brings one file to the disk, a moment after it was written. */
export class DiskSync {
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly file: string) {}

  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      // What fails now is still with the kernel, which writes it on its own.
      this.sync().catch(() => {})
    }, SYNC_AFTER_MS).unref()
  }

  /** Returns when nothing waits any more. */
  async finish(): Promise<void> {
    if (!this.timer) return
    clearTimeout(this.timer)
    this.timer = undefined
    await this.sync()
  }

  private async sync(): Promise<void> {
    const handle = await open(this.file, 'r+')
    try {
      await handle.datasync()
    } finally {
      await handle.close()
    }
  }
}
