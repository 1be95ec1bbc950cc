/** Finds the .slt files, which lie in the sources and not in build/. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseScript, type Script } from './script.js'

/** The same two folders up from build/test/slt and from test/slt: the root of the repository is found by its package.json. */
const folder = fileURLToPath(new URL('../../../test/slt', import.meta.url))

export function readScripts(part = ''): Script[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.slt') && file.includes(part))
    .sort()
    .map((file) => parseScript(file, readFileSync(join(folder, file), 'utf8')))
}

export function pathOf(script: Script): string {
  return join(folder, script.path)
}
