// `npm run bench -- grid [--size 500MB] [--threads 2] [--runs 5] [--only words] [--store path]`: times ChunkQL beside its
// peers on this machine, one after the other, compares the answers, and writes bench/results.md.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '500MB' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    store: { type: 'string' },
  },
})
const suites = { grid: './grid/suite.mjs' }
const suite = suites[positionals[0] ?? 'grid']
if (!suite) {
  console.error(`There is no bench '${positionals[0]}'; there is: ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
const root = fileURLToPath(new URL('..', import.meta.url))
if (!existsSync(`${root}dist/cli.js`))
  execFileSync('node', ['scripts/build.mjs', '--quick'], { cwd: root, stdio: 'inherit' })
installPackages()
const { runSuite } = await import(suite)
await runSuite({ ...options, threads: Number(options.threads), runs: Number(options.runs), root })

/** The bench has packages of its own; those of the repository serve where they are there already. */
function installPackages() {
  const require = createRequire(import.meta.url)
  try {
    for (const name of ['@duckdb/node-api', 'zarrita']) require.resolve(name)
  } catch {
    execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: `${root}bench`, stdio: 'inherit' })
  }
}
