/** Statements typed before, kept in a file from one session to the next. Called by repl.ts. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const mostEntries = 1000

/** Newest first, as readline wants them. */
export function readHistory(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    // Kept short when a session begins, so that a session only appends.
    if (lines.length > 2 * mostEntries) writeFileSync(path, `${lines.slice(-mostEntries).join('\n')}\n`)
    return lines.slice(-mostEntries).reverse()
  } catch {
    return []
  }
}

/** A history that cannot be written is no reason to disturb anybody. */
export function appendHistory(path: string, entry: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, `${entry}\n`, { mode: 0o600 })
  } catch {}
}

export function historyPath(env: Readonly<Record<string, string | undefined>>): string {
  if (env.CHUNKQL_HISTORY) return env.CHUNKQL_HISTORY
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, 'chunkql', 'history')
  return join(env.HOME ?? homedir(), '.chunkql_history')
}

/** The lines of a statement as one entry. Comments to the end of a line would swallow what follows: then there is none. */
export function historyEntry(lines: readonly string[]): string | undefined {
  const [only] = lines
  if (lines.length === 1) return only
  return lines.some((line) => line.includes('--')) ? undefined : lines.map((line) => line.trim()).join(' ')
}
