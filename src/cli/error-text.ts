/** How an error is shown to people. Called by command.ts and repl.ts. */
import { isEngineError } from './engine.js'
import { hasColour, red, type Terminal } from './terminal.js'

export function errorText(error: unknown, { stderr, env }: Pick<Terminal, 'stderr' | 'env'>): string {
  const text = isEngineError(error)
    ? error.render()
    : `Error: ${error instanceof Error ? error.message : String(error)}`
  const title = /^[^:\n]*:/.exec(text)?.[0] ?? ''
  const painted = hasColour(stderr, env) ? red(title) + text.slice(title.length) : text
  return `${painted}\n`
}
