// What was measured, as a table on the screen and in bench/results.md.
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

export function tableOf(rows) {
  const header =
    '| | ChunkQL ms | xarray + dask ms | DuckDB ms | dask / ChunkQL | DuckDB / ChunkQL | MB (ChunkQL, dask, DuckDB) | answers |'
  return [header, '|---|--:|--:|--:|--:|--:|--:|---|', ...rows.map(rowText)].join('\n')
}

function rowText({ name, chunkql, dask, duckdb, peaks, verdict }) {
  const ms = (value) => (value === undefined ? '-' : value.toFixed(value < 10 ? 1 : 0))
  const ratio = (peer) => {
    if (peer === undefined || chunkql === undefined) return '-'
    const times = peer / chunkql
    return times < 1 ? `**${times.toFixed(2)}**` : times.toFixed(2)
  }
  const memory = peaks.map((peak) => peak?.toFixed(0) ?? '-').join(', ')
  return `| ${name} | ${ms(chunkql)} | ${ms(dask)} | ${ms(duckdb)} | ${ratio(dask)} | ${ratio(duckdb)} | ${memory} | ${verdict} |`
}

export function machineText(root) {
  const [cpu] = cpus()
  const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes'
  return [
    `- machine: ${cpu?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`,
    `- commit: ${git('rev-parse', '--short', 'HEAD')}${changed}`,
    `- Node ${process.version}`,
  ].join('\n')
}
