// The bench `prune`: filters that pass from a ten-thousandth to all of the rows, on values that lie together and on values
// that lie anywhere, with the statistics of chunks and without them.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lineChart, writeChart } from '../shared/chart.mjs'
import { allAgree, ask, compare } from '../shared/peers.mjs'
import { machineText, median, ms, table, writeSection } from '../shared/report.mjs'
import { writeParquet, writeStore } from './store.mjs'

const parts = [0.0001, 0.001, 0.01, 0.1, 0.5, 1]
const columns = { near: 'values that lie together', far: 'values that lie anywhere' }

export async function runSuite({ root, threads, runs, only }) {
  mkdirSync(join(root, 'bench/data'), { recursive: true })
  const store = join(root, 'bench/data/prune.zarr')
  const parquet = join(root, 'bench/data/prune.parquet')
  await writeStore(store)
  await writeParquet(parquet)
  const lines = [
    ...Object.keys(columns).flatMap((column) =>
      parts.map((part) => ({
        name: `${column} ${part}`,
        sql: `SELECT count(*), avg(y) FROM prune WHERE ${column} < ${part === 1 ? 2 : part}`,
      })),
    ),
    { name: 'count of all that is near 0.5', sql: 'SELECT count(*) FROM prune WHERE near > 0.5' },
    { name: 'extremes and mean', sql: 'SELECT min(y), max(y), avg(y) FROM prune' },
  ].filter(({ name }) => name.includes(only))
  const order = { name: 'prune', store, parquet, threads, runs }
  const peer = (file) => join(root, 'bench', file)
  const without = ask(['node', peer('prune/peer-chunkql.mjs')], { ...order, statistics: 'off' }, lines)
  const duckdb = ask(['node', peer('shared/peer-duckdb.mjs')], order, lines)
  const analyzed = ask(['node', peer('prune/peer-chunkql.mjs')], { ...order, statistics: 'analyze' }, lines.slice(0, 1))
  const withThem = analyzed && ask(['node', peer('prune/peer-chunkql.mjs')], { ...order, statistics: 'kept' }, lines)
  const rows = compare(lines, withThem, { without, duckdb }, { without: 1e-12, duckdb: 1e-6 })
  const text = [
    '# Results of `npm run bench -- prune`',
    `\`SELECT count(*), avg(y) ... WHERE x < part\` over 50 million rows of three float32 columns (blosc-lz4, 200 chunks of 250,000 rows each), ${threads} threads, medians of ${runs} warm runs, after \`ANALYZE\` and without statistics, beside DuckDB over Parquet of its own writing (which has minima and maxima too).`,
    '![Time by the part of the rows that pass](charts/prune.svg)',
    table(
      ['', 'ms', 'chunks read', 'ms without statistics', 'chunks read', 'ms of DuckDB', 'answers'],
      rows.map(({ name, ours, peers, verdict }) => [
        name,
        ms(ours),
        withThem.results[name].chunks,
        ms(peers.without),
        without.results[name].chunks,
        ms(peers.duckdb),
        verdict,
      ]),
    ),
    `${machineText(root)}\n- Node ${withThem.version}, DuckDB ${duckdb.version}`,
  ].join('\n\n')
  console.log(text)
  if (only === '') {
    writeSection(root, text)
    writeChart(root, 'prune', chartOf({ 'with statistics': withThem, 'without statistics': without, DuckDB: duckdb }))
  }
  if (!allAgree(rows)) process.exitCode = 1
}

function chartOf(engines) {
  const points = (answers, column) => parts.map((part) => [100 * part, median(answers.results[`${column} ${part}`].ms)])
  return lineChart({
    title: 'Time by the part of the rows that pass',
    panels: Object.entries(columns).map(([column, title]) => ({
      title,
      x: '% of the rows',
      y: 'ms',
      series: Object.fromEntries(Object.entries(engines).map(([name, answers]) => [name, points(answers, column)])),
    })),
  })
}
