// The bench `xarray`: what is asked of xarray without a join, over more than a gigabyte; the answers must be xarray's.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeParquet } from '../grid/parquet.mjs'
import { dotChart, writeChart } from '../shared/chart.mjs'
import { allAgree, ask, compare, comparisonTable, hasDask, python } from '../shared/peers.mjs'
import { machineText, writeSection } from '../shared/report.mjs'
import { lines as allLines } from './lines.mjs'
import { writeSuite } from './store.mjs'

/** xarray sums float32 in float32 and DuckDB in double precision. */
const tolerances = { dask: 2e-5, duckdb: 1e-6 }
const titles = { dask: 'xarray + dask', duckdb: 'DuckDB' }

export async function runSuite({ root, threads, runs, only }) {
  mkdirSync(join(root, 'bench/data'), { recursive: true })
  const store = join(root, 'bench/data/suite.zarr')
  const parquet = join(root, 'bench/data/suite.parquet')
  await writeSuite(store)
  if (!existsSync(parquet)) {
    console.log(`making ${parquet}`)
    await writeParquet(store, ['t2m', 'red', 'nir', 'land'], parquet)
  }
  const lines = allLines.filter(({ name }) => name.includes(only))
  const order = { name: 'suite', store, parquet, threads, runs }
  const peer = (file) => join(root, 'bench', file)
  const chunkql = ask(['node', peer('shared/peer-chunkql.mjs')], order, lines)
  const dask = hasDask() ? ask([python, peer('xarray/peer_xarray.py')], order, lines) : undefined
  const duckdb = ask(['node', peer('shared/peer-duckdb.mjs')], order, lines)
  const rows = compare(lines, chunkql, { dask, duckdb }, tolerances)
  const text = [
    '# Results of `npm run bench -- xarray`',
    `Medians of ${runs} warm runs, ${threads} threads each, over 1460 x 181 x 360 cells of three float32 variables (1.14 GB, blosc-lz4, chunks of 60 x 181 x 360; the bands have missing values) and a mask of 181 x 360. Answers are compared with those of xarray and DuckDB.`,
    '![How many times the time of ChunkQL its peers took](charts/xarray.svg)',
    comparisonTable(rows, titles),
    `${machineText(root)}\n- Node ${chunkql.version}, ${dask?.version ?? 'no xarray + dask'}, DuckDB ${duckdb.version} over Parquet of its own writing`,
  ].join('\n\n')
  console.log(text)
  if (only === '') {
    writeSection(root, text)
    writeChart(root, 'xarray', chartOf(rows))
  }
  if (!allAgree(rows)) process.exitCode = 1
}

function chartOf(rows) {
  const values = ({ ours, peers }) => Object.fromEntries(Object.keys(titles).map((peer) => [peer, peers[peer] / ours]))
  const title = 'How many times the time of ChunkQL its peers took'
  return dotChart({
    title,
    series: titles,
    panels: [{ title: '', rows: rows.map((row) => ({ name: row.name, values: values(row) })) }],
  })
}
