/** Writes a dataset as a Zarr v2 directory, raw, in chunks of any shape: what the tests read, made by nobody's library. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cell } from './answer.js'
import { type ColumnType, type Dataset, type DatasetColumn, sizeOf } from './dataset.js'

/** `cell`: chunks of one cell; `normal`: as the dataset says; `whole`: one chunk per array. */
export type Chunking = 'cell' | 'normal' | 'whole'

interface Encoding {
  readonly dtype: string
  readonly bytes: number
  /** Stored in place of NULL. */
  readonly missing: number | bigint
  write(view: DataView, at: number, value: number | bigint): void
}

const int = (dtype: string, bytes: number, missing: number, write: Encoding['write']): Encoding => ({
  dtype,
  bytes,
  missing,
  write,
})

const int64: Encoding = {
  dtype: '<i8',
  bytes: 8,
  missing: -999n,
  write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
}

const encodings: Readonly<Partial<Record<ColumnType, Encoding>>> = {
  TINYINT: int('|i1', 1, -99, (view, at, value) => view.setInt8(at, Number(value))),
  SMALLINT: int('<i2', 2, -999, (view, at, value) => view.setInt16(at, Number(value), true)),
  INTEGER: int('<i4', 4, -999, (view, at, value) => view.setInt32(at, Number(value), true)),
  BIGINT: int64,
  TIMESTAMP: int64,
  UTINYINT: int('|u1', 1, 199, (view, at, value) => view.setUint8(at, Number(value))),
  USMALLINT: int('<u2', 2, 9999, (view, at, value) => view.setUint16(at, Number(value), true)),
  UINTEGER: int('<u4', 4, 9999, (view, at, value) => view.setUint32(at, Number(value), true)),
  UBIGINT: { ...int64, dtype: '<u8', missing: 9999n, write: (v, at, x) => v.setBigUint64(at, BigInt(x), true) },
  FLOAT: int('<f4', 4, Number.NaN, (view, at, value) => view.setFloat32(at, Number(value), true)),
  DOUBLE: int('<f8', 8, Number.NaN, (view, at, value) => view.setFloat64(at, Number(value), true)),
  BOOLEAN: int('|b1', 1, 0, (view, at, value) => view.setUint8(at, Number(value))),
}

/** Whether Zarr of issue 2 has a form for the dataset: text and dates it has not. */
export function canStore(dataset: Dataset): boolean {
  return dataset.columns.every(({ type }) => encodings[type] !== undefined)
}

export function writeStore(dataset: Dataset, folder: string, chunking: Chunking): void {
  mkdirSync(folder, { recursive: true })
  writeJson(join(folder, '.zgroup'), { zarr_format: 2 })
  writeJson(join(folder, '.zattrs'), { title: dataset.name })
  for (const column of dataset.columns) writeArray(dataset, column, join(folder, column.name), chunking)
}

function writeArray(dataset: Dataset, column: DatasetColumn, folder: string, chunking: Chunking): void {
  const encoding = encodings[column.type]
  if (!encoding) throw new Error(`no Zarr form for ${column.type}`)
  mkdirSync(folder, { recursive: true })
  const shape = column.dims.map((name) => sizeOf(dataset, name))
  const chunks = column.dims.map((name) => chunkOf(dataset, name, chunking))
  writeJson(join(folder, '.zarray'), {
    zarr_format: 2,
    shape,
    chunks,
    dtype: encoding.dtype,
    compressor: null,
    filters: null,
    order: 'C',
    fill_value: null,
  })
  writeJson(join(folder, '.zattrs'), attributesOf(column, encoding))
  for (const index of indexes(shape.map((size, axis) => Math.ceil(size / (chunks[axis] ?? 1))))) {
    writeFileSync(join(folder, index.join('.')), encodeChunk(column, encoding, shape, chunks, index))
  }
}

function attributesOf(column: DatasetColumn, encoding: Encoding): Readonly<Record<string, unknown>> {
  const dims = { _ARRAY_DIMENSIONS: column.dims }
  if (column.type === 'TIMESTAMP')
    return { ...dims, units: 'microseconds since 1970-01-01', calendar: 'proleptic_gregorian' }
  const hasMissing = column.values.includes(null) && !Number.isNaN(encoding.missing)
  return hasMissing ? { ...dims, _FillValue: Number(encoding.missing) } : dims
}

function chunkOf(dataset: Dataset, dim: string, chunking: Chunking): number {
  if (chunking === 'cell') return 1
  const found = dataset.dims.find(({ name }) => name === dim)
  return Math.max(1, (chunking === 'normal' ? found?.chunk : found?.size) ?? 1)
}

function encodeChunk(
  column: DatasetColumn,
  encoding: Encoding,
  shape: readonly number[],
  chunks: readonly number[],
  index: readonly number[],
): Uint8Array {
  const cells = chunks.reduce((product, size) => product * size, 1)
  const view = new DataView(new ArrayBuffer(cells * encoding.bytes))
  let slot = 0
  for (const inner of indexes(chunks)) {
    const place = inner.map((i, axis) => (index[axis] ?? 0) * (chunks[axis] ?? 1) + i)
    // An edge chunk is full-sized: what lies beyond the array is never to be seen.
    const inside = place.every((i, axis) => i < (shape[axis] ?? 0))
    const at = place.reduce((sum, i, axis) => sum * (shape[axis] ?? 1) + i, 0)
    const value = inside ? stored(column.values[at] ?? null, encoding) : 77
    encoding.write(view, slot++ * encoding.bytes, value)
  }
  return new Uint8Array(view.buffer)
}

function stored(value: Cell, { missing }: Encoding): number | bigint {
  if (value === null) return missing
  if (typeof value === 'string') throw new Error('text has no Zarr form here')
  return typeof value === 'boolean' ? Number(value) : value
}

/** All index tuples below the given counts, in C order. */
function* indexes(counts: readonly number[]): Generator<readonly number[]> {
  const total = counts.reduce((product, count) => product * count, 1)
  for (let i = 0; i < total; i++) {
    let rest = i
    yield counts
      .map((_, axis) => {
        const size = counts[counts.length - 1 - axis] ?? 1
        const at = rest % size
        rest = Math.floor(rest / size)
        return at
      })
      .reverse()
  }
}

function writeJson(path: string, content: unknown): void {
  writeFileSync(path, JSON.stringify(content))
}
