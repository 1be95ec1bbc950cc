// Writes docs/functions.md from the definitions of the functions: `node scripts/reference.mjs`, after a build with `--tests`.
// With `--check` it only says whether the page is fresh.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { referencePage } from '../build/src/function/reference.js'
import { builtins } from '../build/src/function/registry.js'

const page = fileURLToPath(new URL('../docs/functions.md', import.meta.url))
const text = referencePage(builtins)

if (!process.argv.includes('--check')) writeFileSync(page, text)
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/functions.md is stale: run `node scripts/reference.mjs`')
  process.exit(1)
}
