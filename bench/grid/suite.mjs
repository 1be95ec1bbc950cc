// The bench `grid`: one climate store, the same questions to three engines, one engine after the other.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { difference } from './answers.mjs'
import { lines as allLines, sqlOf } from './lines.mjs'
import { readAxes, writeParquet } from './parquet.mjs'
import { machineText, median, tableOf } from './report.mjs'
import { timeCommand, writeManyChunks } from './startup.mjs'

const python = '/usr/bin/python3'
/** float32 sums of numpy are only so exact; DuckDB's are of doubles. */
const tolerances = { dask: 1e-5, duckdb: 1e-9 }

export async function runSuite({
  root,
  size,
  threads,
  runs,
  only,
  store = join(root, 'bench/data', `climate-${size}.zarr`),
}) {
  const parquet = store.replace(/\.zarr$/, '.parquet')
  mkdirSync(join(root, 'bench/data'), { recursive: true })
  const axes = await prepare(root, size, store, parquet)
  const span = { from: timestampAt(axes.time, 0.4), to: timestampAt(axes.time, 0.5) }
  const lines = allLines
    .filter(({ name }) => name.includes(only))
    .map((line) => ({ ...line, sql: sqlOf(line, 'climate', span) }))
  const order = { store, parquet, threads, runs, ...span }

  const chunkql = ask('node', 'peer-chunkql.mjs', order, lines, root)
  const dask = hasDask() ? ask(python, 'peer_dask.py', order, lines, root) : undefined
  if (!dask)
    console.log(`${python} has no xarray and dask (Debian: python3-xarray python3-dask): that column stays empty`)
  const duckdb = ask('node', 'peer-duckdb.mjs', order, lines, root)

  const rows = lines.map(({ name }) => compare(name, { chunkql, dask, duckdb }))
  const text = [
    '# Results of `npm run bench -- grid`',
    '',
    `Medians of ${runs} warm runs, ${threads} threads each, on ${axes.t2m.shape.join(' x ')} float32 (${size}), chunks of ${axes.t2m.chunks.join(' x ')}. Ratios under 1 are bold: there the peer was ahead.`,
    '',
    tableOf(rows),
    '',
    startupText(root, runs),
    '',
    '- memory: the peak of a process that asks one line, once to warm up and then as often as is timed',
    machineText(root),
    `- ${dask?.version ?? 'no xarray + dask'} (threads scheduler, skipna; the last line by numpy.bincount per block), DuckDB ${duckdb.version} over Parquet of its own writing`,
    '',
  ].join('\n')
  console.log(text)
  if (only === '') writeFileSync(join(root, 'bench/results.md'), text)
  if (rows.some(({ verdict }) => verdict !== 'agree')) process.exitCode = 1
}

async function prepare(root, size, store, parquet) {
  if (!existsSync(store)) {
    console.log(`making ${store}`)
    execFileSync('npm', ['run', '--silent', 'sample', '--', 'climate', '--size', size, store], {
      cwd: root,
      stdio: 'inherit',
    })
  }
  const axes = await readAxes(store)
  if (!existsSync(parquet)) {
    console.log(`making ${parquet}`)
    await writeParquet(axes, parquet)
  }
  return axes
}

function timestampAt(time, part) {
  const microseconds = time[Math.floor(time.length * part)]
  return new Date(microseconds / 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** Each line in a process of its own, so that times and memory are not those of the lines before. */
function ask(command, file, order, lines, root) {
  console.log(`asking ${file}`)
  const answers = lines.map((line) => {
    const argument = JSON.stringify({ ...order, lines: [line] })
    const output = execFileSync(command, [join(root, 'bench/grid', file), argument], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { results, peak, version } = JSON.parse(output)
    return { version, name: line.name, answer: { ...results[line.name], peak } }
  })
  return {
    version: answers[0]?.version,
    results: Object.fromEntries(answers.map(({ name, answer }) => [name, answer])),
  }
}

function hasDask() {
  try {
    execFileSync(python, ['-c', 'import xarray, dask.array, zarr'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function compare(name, { chunkql, dask, duckdb }) {
  const ours = chunkql.results[name]
  const verdicts = Object.entries({ dask, duckdb }).flatMap(([peer, answer]) => {
    if (!answer) return []
    const off = difference(ours.rows, answer.results[name].rows)
    return off <= tolerances[peer] ? [] : [`${peer} differs by ${off.toExponential(1)}`]
  })
  return {
    name,
    chunkql: median(ours.ms),
    dask: dask && median(dask.results[name].ms),
    duckdb: median(duckdb.results[name].ms),
    peaks: [chunkql, dask, duckdb].map((peer) => peer?.results[name].peak),
    verdict: verdicts.join(', ') || 'agree',
  }
}

function startupText(root, runs) {
  const many = join(root, 'bench/data/many-chunks.zarr')
  writeManyChunks(many)
  const line = (label, sql) => {
    const { ms, answer } = timeCommand(root, sql, runs)
    return `- \`chunkql "${label}"\`, the whole process: ${median(ms).toFixed(0)} ms (answer: ${answer})`
  }
  return [
    line('SELECT 1', 'SELECT 1'),
    line("SELECT count(*) FROM 'many-chunks.zarr'", `SELECT count(*) FROM '${many}'`),
  ].join('\n')
}
