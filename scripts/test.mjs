// Runs the built tests with the runner of Node itself: `node scripts/test.mjs [part of a file name ...]`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const wanted = process.argv.slice(2)
const files = readdirSync('build/test', { recursive: true })
  .map((file) => join('build/test', String(file)))
  .filter((file) => file.endsWith('.test.js') && (wanted.length === 0 || wanted.some((word) => file.includes(word))))
  .sort()
if (files.length === 0) throw new Error(`no test file matches: ${wanted.join(' ')}`)
// What queries find out of stores is kept for the next ones: tests neither find anything there nor leave it.
const cache = mkdtempSync(join(tmpdir(), 'chunkql-cache-'))
const env = { ...process.env, XDG_CACHE_HOME: cache }
// Node leaves one core free, which of two is half of them.
const options = ['--test', '--test-reporter=spec', `--test-concurrency=${availableParallelism()}`]
const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: 'inherit', env })
rmSync(cache, { recursive: true, force: true })
process.exit(status ?? 1)
