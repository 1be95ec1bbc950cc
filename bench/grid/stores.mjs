// The stores of the bench: one reanalysis in each codec, and the Parquet file that DuckDB reads of it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAxes, writeParquet } from './parquet.mjs'

export function climateStore(root, size, codec) {
  const name = codec === 'blosc-lz4' ? `climate-${size}` : `climate-${size}-${codec}`
  const store = join(root, 'bench/data', `${name}.zarr`)
  if (existsSync(store)) return store
  mkdirSync(join(root, 'bench/data'), { recursive: true })
  console.log(`making ${store}`)
  const words = ['run', '--silent', 'sample', '--', 'climate', '--size', size, '--codec', codec, store]
  execFileSync('npm', words, { cwd: root, stdio: 'inherit' })
  return store
}

export async function climateParquet(store) {
  const parquet = store.replace(/\.zarr$/, '.parquet')
  const { time } = await readAxes(store)
  if (!existsSync(parquet)) {
    console.log(`making ${parquet}`)
    await writeParquet(store, ['t2m'], parquet)
  }
  return { parquet, time }
}

/** Shape and chunks of the temperatures. */
export function shapeOf(store) {
  const { shape, chunks } = JSON.parse(readFileSync(join(store, 't2m/.zarray'), 'utf8'))
  return { shape: shape.join(' x '), chunks: chunks.join(' x ') }
}
