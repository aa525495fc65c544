/** Makes lines of a stream's pieces. */
export class Lines {
  private rest = ''

  constructor(private readonly onLine: (line: string) => void) {}

  push(piece: string): void {
    const lines = (this.rest + piece).split(/\r?\n/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.onLine(line)
  }

  /** Gives out the last line, if nothing ended it. */
  flush(): void {
    if (this.rest !== '') this.onLine(this.rest)
    this.rest = ''
  }
}
