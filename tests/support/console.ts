import { jest } from '@jest/globals'
import type { LogLine } from './call'

/** What the work writes to the console, which stays silent meanwhile: the texts, and the JSON lines among them. */
export async function captureConsole<T>(
  work: () => Promise<T>,
): Promise<{ result: T; text: string; lines: LogLine[] }> {
  const written: string[] = []
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map(method =>
    jest.spyOn(console, method).mockImplementation((...values) => void written.push(values.map(String).join(' '))),
  )
  try {
    const result = await work()
    return { result, text: written.join('\n'), lines: written.filter(isJson).map(line => JSON.parse(line)) }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

function isJson(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}')
}
