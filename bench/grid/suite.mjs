// The bench `grid`: one reanalysis in several codecs, the same questions to three engines, one engine after the other.
import { join } from 'node:path'
import { dotChart, writeChart } from '../shared/chart.mjs'
import { allAgree, ask, compare, comparisonTable, hasDask, meanRatio, nodeOf, python } from '../shared/peers.mjs'
import { machineText, median, table, writeSection } from '../shared/report.mjs'
import { lines as allLines, sqlOf } from './lines.mjs'
import { timeCommand, writeManyChunks } from './startup.mjs'
import { climateParquet, climateStore, shapeOf } from './stores.mjs'

const codecs = ['blosc-lz4', 'blosc-zstd', 'zstd', 'gzip', 'raw']
/** float32 sums of numpy are only so exact; DuckDB's are of doubles. */
const tolerances = { dask: 1e-5, duckdb: 1e-9 }
const titles = { dask: 'xarray + dask', duckdb: 'DuckDB' }

export async function runSuite({ root, size, threads, runs, only, codec }) {
  const first = climateStore(root, size, 'blosc-lz4')
  const { parquet, time } = await climateParquet(first)
  const { shape, chunks } = shapeOf(first)
  const span = { from: timestampAt(time, 0.4), to: timestampAt(time, 0.5) }
  const lines = allLines
    .filter(({ name }) => name.includes(only))
    .map((line) => ({ ...line, sql: sqlOf(line, 'climate', span) }))
  const peer = (file) => join(root, 'bench', file)
  const order = { name: 'climate', parquet, threads, runs, ...span }
  const askChunkQL = (node, store) => ask([node, peer('shared/peer-chunkql.mjs')], { ...order, store }, lines)

  const duckdb = ask(['node', peer('shared/peer-duckdb.mjs')], order, lines)
  const withDask = hasDask()
  const panels = []
  for (const name of codec ? [codec] : codecs) {
    const store = climateStore(root, size, name)
    const dask = withDask ? ask([python, peer('grid/peer_dask.py')], { ...order, store }, lines) : undefined
    panels.push(panel(name, askChunkQL('node', store), { dask, duckdb }, lines))
    const node24 = name === 'zstd' ? nodeOf(24) : undefined
    if (node24) panels.push(panel(`${name}, Node 24`, askChunkQL(node24, store), { dask, duckdb }, lines))
  }

  const text = [
    '# Results of `npm run bench -- grid`',
    `Medians of ${runs} warm runs, ${threads} threads each, on ${shape} float32 (${size}), chunks of ${chunks}. Ratios under 1 are bold: there the peer was ahead.`,
    '![How many times the time of ChunkQL its peers took](charts/grid.svg)',
    summary(panels),
    ...panels.map(({ title, version, rows }) => `## ${title}\n\nNode ${version}\n\n${comparisonTable(rows, titles)}`),
    startupText(root, runs),
    [
      '- memory: the peak of a process that asks one line, once to warm up and then as often as is timed',
      machineText(root),
      `- ${panels[0].daskVersion ?? 'no xarray + dask'} (threads scheduler, skipna; the last line by numpy.bincount per block), DuckDB ${duckdb.version} over Parquet of its own writing (the same for every codec)`,
    ].join('\n'),
  ].join('\n\n')
  console.log(text)
  if (only === '' && !codec) {
    writeSection(root, text)
    writeChart(root, 'grid', chartOf(panels))
  }
  if (!panels.every(({ rows }) => allAgree(rows))) process.exitCode = 1
}

function panel(title, chunkql, peers, lines) {
  const rows = compare(lines, chunkql, peers, tolerances)
  return { title, rows, version: chunkql.version, daskVersion: peers.dask?.version }
}

function summary(panels) {
  const text = (value) => value?.toFixed(2) ?? '-'
  const least = (rows, peer) => Math.min(...rows.map(({ ours, peers }) => (peers[peer] ?? Number.NaN) / ours))
  const header = ['geometric mean (least) of', 'dask / ChunkQL', 'DuckDB / ChunkQL']
  const cell = (rows, peer) => `${text(meanRatio(rows, peer))} (${text(least(rows, peer))})`
  return table(
    header,
    panels.map(({ title, rows }) => [title, cell(rows, 'dask'), cell(rows, 'duckdb')]),
  )
}

function chartOf(panels) {
  return dotChart({
    title: 'How many times the time of ChunkQL its peers took',
    series: titles,
    panels: panels.map(({ title, rows }) => ({
      title,
      rows: rows.map(({ name, ours, peers }) => ({
        name,
        values: Object.fromEntries(Object.keys(titles).map((peer) => [peer, peers[peer] / ours])),
      })),
    })),
  })
}

function timestampAt(time, part) {
  const microseconds = time[Math.floor(time.length * part)]
  return new Date(microseconds / 1000).toISOString().slice(0, 19).replace('T', ' ')
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
