/** Small Zarr v2 stores for tests of the session: raw chunks, made anew in a temporary folder. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `air(time, lat, lon)` float64 of mixed magnitudes, so that the order of addition shows in the last bits. */
export const shape = [120, 12, 10] as const
const chunk = [10, 6, 5] as const

export function valueAt(t: number, y: number, x: number): number {
  const n = (t * 7919 + y * 104729 + x * 1299709) % 1000003
  return (n / 1000003) * 10 ** ((n % 13) - 6)
}

export function makeStore(): string {
  const root = mkdtempSync(join(tmpdir(), 'chunkql-'))
  write(join(root, '.zgroup'), { zarr_format: 2 })
  writeArray(root, 'time', [shape[0]], [shape[0]], ['time'], ([i]) => (i as number) * 10, {
    units: 'days since 2001-01-01',
  })
  writeArray(root, 'lat', [shape[1]], [shape[1]], ['lat'], ([i]) => 55 - 10 * (i as number), {})
  writeArray(root, 'lon', [shape[2]], [shape[2]], ['lon'], ([i]) => 36 * (i as number), {})
  writeArray(
    root,
    'air',
    shape,
    chunk,
    ['time', 'lat', 'lon'],
    ([t, y, x]) => valueAt(t as number, y as number, x as number),
    {},
  )
  return root
}

type At = (index: readonly number[]) => number

function writeArray(
  root: string,
  name: string,
  size: readonly number[],
  chunks: readonly number[],
  dims: readonly string[],
  at: At,
  attributes: Record<string, unknown>,
): void {
  const folder = join(root, name)
  mkdirSync(folder)
  const meta = {
    zarr_format: 2,
    shape: size,
    chunks,
    dtype: '<f8',
    order: 'C',
    compressor: null,
    filters: null,
    fill_value: 'NaN',
  }
  write(join(folder, '.zarray'), meta)
  write(join(folder, '.zattrs'), { _ARRAY_DIMENSIONS: dims, ...attributes })
  const counts = size.map((length, axis) => Math.ceil(length / (chunks[axis] as number)))
  for (const place of indexes(counts)) {
    const values = [...indexes(chunks)].map((index) => {
      const global = index.map((i, axis) => i + (place[axis] as number) * (chunks[axis] as number))
      return global.every((i, axis) => i < (size[axis] as number)) ? at(global) : Number.NaN
    })
    writeFileSync(join(folder, place.join('.')), new Uint8Array(Float64Array.from(values).buffer))
  }
}

function* indexes(size: readonly number[], lead: readonly number[] = []): Generator<readonly number[]> {
  if (lead.length === size.length) yield lead
  else for (let i = 0; i < (size[lead.length] as number); i++) yield* indexes(size, [...lead, i])
}

function write(path: string, json: unknown): void {
  writeFileSync(path, JSON.stringify(json))
}
