/** The texts of modules. Called by execute/worker.ts. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What `import()` of a URL, or of a package's name, would read; undefined where that is no file. */
export function moduleText(name: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8')
  } catch {
    return undefined
  }
}
