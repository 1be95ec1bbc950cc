// Whole processes of the command: what starting costs, and that opening does not depend on the number of chunks.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A store of 10^8 chunks, none of which exists. */
export function writeManyChunks(path) {
  mkdirSync(join(path, 'x'), { recursive: true })
  const json = (name, content) => writeFileSync(join(path, name), JSON.stringify(content))
  json('.zgroup', { zarr_format: 2 })
  json('x/.zattrs', { _ARRAY_DIMENSIONS: ['row', 'column'] })
  json('x/.zarray', {
    zarr_format: 2,
    shape: [100_000, 100_000],
    chunks: [10, 10],
    dtype: '<f4',
    compressor: null,
    filters: null,
    order: 'C',
    fill_value: null,
  })
}

export function timeCommand(root, sql, runs) {
  const ask = () => execFileSync('node', [join(root, 'dist/cli.js'), '--format', 'csv', sql], { encoding: 'utf8' })
  const answer = ask()
  const ms = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    ask()
    ms.push(performance.now() - start)
  }
  return { ms, answer: answer.trim().split('\n').at(-1) }
}
