import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** At once or not at all: a running local cloud may be starting an instance from it. */
export function replaceFile(path: string, content: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, content)
  renameSync(draft, path)
}
