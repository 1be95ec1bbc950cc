// `npm run bench -- <bench> [options]`: times ChunkQL beside its peers on this machine, one after the other, compares the
// answers, and writes its section of bench/results.md. `npm run bench` names the benches.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const suites = {
  grid: 'a reanalysis in five codecs, beside xarray + dask and DuckDB over Parquet [--size 500MB] [--codec zstd]',
  groupby: 'the group-by questions of the db-benchmark at 10^7 rows, beside DuckDB over Parquet',
  xarray: 'questions of climate science over 1.1 GB, beside xarray + dask and DuckDB over Parquet',
  scale: 'a million rows in 10^2 to 10^6 chunks, and 1 to all threads, beside xarray + dask',
  prune: 'filters that pass few rows or many, with the statistics of chunks and without, beside DuckDB',
  codec: 'decoding, beside the libraries in C and their builds on npm [--size 500MB] [--codec zstd]',
}
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '500MB' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    codec: { type: 'string' },
  },
})
const [suite] = positionals
if (!suite || !(suite in suites)) {
  const names = Object.entries(suites).map(([name, text]) => `  ${name.padEnd(8)} ${text}`)
  console.error(['usage: npm run bench -- <bench> [--threads 2] [--runs 5] [--only words]', ...names].join('\n'))
  process.exit(2)
}
const root = fileURLToPath(new URL('..', import.meta.url))
if (!existsSync(`${root}dist/cli.js`))
  execFileSync('node', ['scripts/build.mjs', '--quick'], { cwd: root, stdio: 'inherit' })
installPackages()
const { runSuite } = await import(`./${suite}/suite.mjs`)
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
