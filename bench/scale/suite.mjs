// The bench `scale`: the same million rows in 10^2 to 10^6 chunks, and the same scan by one thread to all of them.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { climateStore } from '../grid/stores.mjs'
import { lineChart, writeChart } from '../shared/chart.mjs'
import { hasDask, python } from '../shared/peers.mjs'
import { machineText, median, ms, ratio, table, writeSection } from '../shared/report.mjs'
import { writeRows } from './rows.mjs'

const rows = 1_000_000
const chunkCounts = [100, 1000, 10_000, 100_000, 1_000_000]
/** dask takes minutes for more: its graph has a node for each chunk. */
const mostOfDask = 10_000

export async function runSuite({ root, size, runs, only }) {
  const file = (name) => join(root, 'bench/scale', name)
  const ask = (command, program, order) =>
    JSON.parse(execFileSync(command, [file(program), JSON.stringify({ runs, ...order })], { encoding: 'utf8' }))
  const withDask = hasDask()
  const byChunks = chunkCounts.map((chunks) => {
    const store = join(root, 'bench/data', `rows-${chunks}.zarr`)
    if (!existsSync(store)) {
      console.log(`making ${store}`)
      writeRows(store, rows, rows / chunks)
    }
    console.log(`asking for ${chunks} chunks`)
    const order = { store, sql: 'SELECT sum(x), count(*) FROM rows', name: 'rows', threads: availableParallelism() }
    const ours = ask('node', 'peer-chunkql.mjs', order)
    const dask = withDask && chunks <= mostOfDask ? ask(python, 'peer_dask.py', order) : undefined
    return { chunks, ours, dask }
  })
  const store = climateStore(root, size, 'blosc-lz4')
  const byThreads = Array.from({ length: availableParallelism() }, (_, i) => i + 1).map((threads) => {
    console.log(`asking ${threads} threads`)
    const sql = 'SELECT lat, avg(t2m) FROM climate GROUP BY lat'
    return { threads, ours: ask('node', 'peer-chunkql.mjs', { store, sql, name: 'climate', threads }) }
  })
  const text = textOf(root, size, byChunks, byThreads)
  console.log(text)
  if (only !== '') return
  writeSection(root, text)
  writeChart(root, 'scale', chartOf(byChunks))
}

function textOf(root, size, byChunks, byThreads) {
  const perSecond = (chunks, { ms: times }) => Math.round((chunks / median(times)) * 1000).toLocaleString('en')
  const one = median(byThreads[0].ours.ms)
  return [
    '# Results of `npm run bench -- scale`',
    `\`SELECT sum(x), count(*)\` over the same ${rows.toLocaleString('en')} rows of int32, raw, in ever smaller chunks, a file each; ${availableParallelism()} threads, files in the cache of the system. Of dask: \`(x.sum(), x.count())\` by xarray, up to ${mostOfDask.toLocaleString('en')} chunks.`,
    '![Time by the number of chunks](charts/scale.svg)',
    table(
      ['chunks', 'ChunkQL ms', 'chunks/s', 'MB', 'xarray + dask ms', 'dask / ChunkQL', 'MB of dask'],
      byChunks.map(({ chunks, ours, dask }) => [
        chunks.toLocaleString('en'),
        ms(median(ours.ms)),
        perSecond(chunks, ours),
        ours.peak.toFixed(0),
        ms(dask && median(dask.ms)),
        ratio(dask && median(dask.ms), median(ours.ms)),
        dask ? dask.peak.toFixed(0) : '-',
      ]),
    ),
    `By threads, a mean by latitude of ${size} in blosc-lz4:`,
    table(
      ['threads', 'ms', 'times as fast as one', 'MB'],
      byThreads.map(({ threads, ours }) => [
        `${threads}`,
        ms(median(ours.ms)),
        (one / median(ours.ms)).toFixed(2),
        ours.peak.toFixed(0),
      ]),
    ),
    `${machineText(root)}\n- Node ${process.version}`,
  ].join('\n\n')
}

function chartOf(byChunks) {
  const series = (of) => byChunks.flatMap(({ chunks, ...peers }) => (peers[of] ? [[chunks, median(peers[of].ms)]] : []))
  const memory = (of) => byChunks.flatMap(({ chunks, ...peers }) => (peers[of] ? [[chunks, peers[of].peak]] : []))
  const both = (make) =>
    Object.fromEntries(
      [
        ['ChunkQL', make('ours')],
        ['xarray + dask', make('dask')],
      ].filter(([, points]) => points.length > 0),
    )
  return lineChart({
    title: 'A million rows in ever more chunks',
    panels: [
      { title: 'time', x: 'chunks', y: 'ms', series: both(series) },
      { title: 'peak memory of the process', x: 'chunks', y: 'MB', series: both(memory) },
    ],
  })
}
