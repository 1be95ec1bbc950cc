// The bench `groupby`: one table of 10^7 rows, the same questions to ChunkQL over Zarr and to DuckDB over Parquet.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { geometricMean, machineText, median, ms, ratio, table, writeSection } from '../shared/report.mjs'
import { makeTable, writeParquet, writeZarr } from './data.mjs'
import { difference } from './digest.mjs'
import { lines as allLines } from './lines.mjs'

/** Floats are added in another order. */
const tolerance = 1e-9
const chunk = 250_000
/** Where the time goes, by `node --cpu-prof`. */
const notes = [
  '- q1 and q2: decoding the cells of text and finding their numbers costs more than adding up; Parquet has them as numbers of a dictionary already, and DuckDB groups by these.',
  '- q10: a quarter of the time of the threads goes to lookups in hash tables, of tasks and of parts; the rest to what is moved: key records, states, columns.',
]

export async function runSuite({ root, threads, runs, only, rows = 1e7, codec = 'blosc-lz4' }) {
  const data = join(root, 'bench/data')
  mkdirSync(data, { recursive: true })
  const store = join(data, `groupby-${rows}-${codec}.zarr`)
  const parquet = join(data, `groupby-${rows}.parquet`)
  await prepare(rows, codec, store, parquet)
  const lines = allLines
    .filter(({ name }) => name.includes(only))
    .map((line) => ({ ...line, sql: line.sql.replace('$t', 'rows') }))
  const order = { store, parquet, threads, runs }
  const compared = lines.map((line) => {
    const chunkql = ask('peer-chunkql.mjs', order, line, root)
    const duckdb = ask('peer-duckdb.mjs', order, line, root)
    return { name: line.name, chunkql, duckdb, off: difference(chunkql.rows, duckdb.rows) }
  })
  const ratios = compared.map(({ chunkql, duckdb }) => duckdb.ms / chunkql.ms)
  const text = [
    '# Results of `npm run bench -- groupby`',
    '',
    `Medians of ${runs} warm runs, ${threads} threads each, the table G1_1e7_1e2_0_0 of the db-benchmark (10^7 rows): a 1-D Zarr store (${codec}, chunks of ${chunk.toLocaleString('en')} rows, id1 to id3 as fixed-width text) beside DuckDB over Parquet of its own writing. Ratios under 1 are bold: there the peer was ahead.`,
    '',
    table(header, compared.map(cells)),
    '',
    `- geometric mean of DuckDB / ChunkQL: ${geometricMean(ratios).toFixed(2)}, least: ${Math.min(...ratios).toFixed(2)}`,
    '- timed: the whole answer in columns (an Arrow table; the data chunks of DuckDB). Question 8 of the db-benchmark is a window and not asked.',
    ...notes,
    '- memory: the peak of a process that asks one line, once to warm up and then as often as is timed',
    machineText(root),
    `- DuckDB ${compared[0]?.duckdb.version}`,
    '',
  ].join('\n')
  console.log(text)
  if (only === '' && rows === 1e7) writeSection(root, text)
  if (compared.some(({ off }) => off > tolerance)) process.exitCode = 1
}

async function prepare(rows, codec, store, parquet) {
  if (existsSync(store) && existsSync(parquet)) return
  console.log(`making ${store} and ${parquet}`)
  const table = makeTable(rows)
  if (!existsSync(store)) await writeZarr(table, store, { codec, chunk })
  if (!existsSync(parquet)) await writeParquet(table, parquet)
}

/** Each line in a process of its own, so that times and memory are not those of the lines before. */
function ask(file, order, line, root) {
  const argument = JSON.stringify({ ...order, lines: [line] })
  const output = execFileSync('node', ['--max-old-space-size=12000', join(root, 'bench/groupby', file), argument], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { results, peak, version, chunks } = JSON.parse(output)
  const answer = results[line.name]
  const time = median(answer.ms)
  console.log(`${line.name}: ${file} ${time.toFixed(0)} ms, ${peak.toFixed(0)} MB`)
  return { ms: time, rows: answer.rows, peak, version, chunks }
}

const header = [
  '',
  'groups',
  'ChunkQL ms',
  'DuckDB ms',
  'DuckDB / ChunkQL',
  'MB (ChunkQL, DuckDB)',
  'chunks read',
  'answers',
]

function cells({ name, chunkql, duckdb, off }) {
  return [
    name,
    chunkql.rows.rows.toLocaleString('en'),
    ms(chunkql.ms),
    ms(duckdb.ms),
    ratio(duckdb.ms, chunkql.ms),
    `${ms(chunkql.peak)}, ${ms(duckdb.peak)}`,
    chunkql.chunks ?? '-',
    off <= tolerance ? 'agree' : `differ by ${off.toExponential(1)}`,
  ]
}
