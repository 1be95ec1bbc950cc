/** Where the statistics of a column are kept, and whether they still hold. Called by `analyze.ts` and `known.ts`. */
import { ChunkQLError } from '../model/error.js'
import { digestText, type Fingerprints, isKnown, noFingerprints, sameFingerprint } from '../model/fingerprint.js'
import { type Column, chunkCounts, type Table } from '../model/schema.js'
import { type ChunkRecords, extentOf, isKnownRecord, recordsOf, word, wordsPerRecord } from '../model/statistics.js'
import { hasKept, writeKeptFile } from '../platform/node/kept-files.js'
import type { ChunkedColumn } from '../source/source.js'
import { readValues, writeValues } from './kept-values.js'
import { readElements, recordForm, writeElements } from './record-array.js'

/** The statistics of one column: a Zarr array in a group of its store. */
export interface Place {
  readonly folder: string
  /** The chunk grid. */
  readonly grid: readonly number[]
  /** Cells along the column's own dimensions. */
  readonly shape: readonly number[]
  readonly column: Column
  readonly chunked: ChunkedColumn
}

/** `group`: the folder for all columns of a store. */
export function placeOf(group: string, table: Table, column: Column, chunked: ChunkedColumn): Place {
  const shape = column.dims.map((dim) => table.dims[dim]?.size ?? 0)
  // Of several stores the origin is told by the fingerprints.
  const origin = chunked.origin || table.name
  const digest = digestText(JSON.stringify([origin, column.name, chunked.digest]))
  const folder = `${group}/${folderName(column.name)}-${digest.slice(0, 16)}`
  return { folder, grid: chunkCounts(column, table.dims), shape, column, chunked }
}

/** Columns may have any names, folders may not. */
export function folderName(column: string): string {
  return column.replace(/[^\w-]/g, '_')
}

/** `withValues`: also which values chunks have, where that is known. Undefined where nothing is kept. */
export function readKept(
  { folder, column }: Place,
  start: readonly number[],
  counts: readonly number[],
  withValues = false,
): ChunkRecords | undefined {
  const words = readElements(folder, recordForm(column.type), start, counts)
  const records = words && recordsOf(column.type, start, counts, words)
  return records && withValues ? { ...records, values: readValues(folder, records) } : records
}

/** `store`: its identity, for people. Throws 'io' where nothing can be written. */
export function writeKept(group: string, store: string, place: Place, records: ChunkRecords): void {
  try {
    tryWrite(group, store, place, records)
  } catch {
    // Somebody else may have taken the folder away.
    try {
      tryWrite(group, store, place, records)
    } catch (error) {
      throw new ChunkQLError('io', `statistics cannot be written: ${(error as Error).message}`, {
        hint: 'SET local_cache to a directory that can be written',
      })
    }
  }
}

function tryWrite(group: string, store: string, { folder, grid, column, chunked }: Place, records: ChunkRecords): void {
  if (!hasKept(`${group}/.zgroup`)) {
    const attributes = { store, what: 'statistics of chunks, kept by ChunkQL' }
    writeKeptFile(`${group}/.zattrs`, JSON.stringify(attributes, null, 2))
    writeKeptFile(`${group}/.zgroup`, JSON.stringify({ zarr_format: 2 }))
  }
  const attributes = { array: chunked.name, column: column.name, digest: chunked.digest }
  writeElements(folder, grid, attributes, recordForm(column.type), records)
  writeValues(folder, grid, attributes, records)
}

/** Of the chunks of some records as they are now. */
export async function fingerprintsOf(
  { chunked }: Place,
  records: ChunkRecords,
  which: readonly number[],
): Promise<Fingerprints> {
  const chunks = which.map((record) => indexOf(records, record))
  return (await chunked.fingerprints?.(chunks)) ?? noFingerprints(chunks.length)
}

/** Where record `record` of a box lies in the chunk grid. */
export function indexOf({ start, counts }: ChunkRecords, record: number): number[] {
  let rest = record
  const index = new Array<number>(start.length)
  for (let axis = start.length - 1; axis >= 0; axis--) {
    const count = counts[axis] as number
    index[axis] = (start[axis] as number) + (rest % count)
    rest = Math.floor(rest / count)
  }
  return index
}

/** Forgets records of chunks that end where the array does, and did not when they were collected, or the other way round. */
export function forgetResized({ shape, grid, chunked }: Place, records: ChunkRecords): void {
  const { start, counts, words } = records
  const { chunk } = chunked.layout
  // All but the last along some axis have all their cells.
  const whole = extentOf(
    start.map(() => 0),
    chunk,
    chunk,
  )
  const place = [...start]
  for (let at: number = word.extent; at < words.length; at += wordsPerRecord) {
    if (words[at] !== 0n) {
      const isLast = place.some((index, axis) => index === (grid[axis] as number) - 1)
      if (words[at] !== (isLast ? extentOf(place, chunk, shape) : whole)) words[at] = 0n
    }
    for (let axis = place.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + 1
      if ((place[axis] as number) < (start[axis] as number) + (counts[axis] as number)) break
      place[axis] = start[axis] as number
    }
  }
}

/** Forgets those of some records whose chunks are no longer what they were. Whether there was any. `trust`: what cannot be told counts as the same. */
export async function forgetChanged(
  place: Place,
  records: ChunkRecords,
  which: readonly number[],
  trust: boolean,
): Promise<boolean> {
  const now = await fingerprintsOf(place, records, which)
  const { words } = records
  const kept = new BigUint64Array(words.buffer)
  const pair = new BigUint64Array(2)
  let isAny = false
  which.forEach((record, i) => {
    const first = record * wordsPerRecord
    if (!isKnownRecord(records, record)) return
    pair.set(kept.subarray(first + word.fingerprint, first + word.fingerprint + 2))
    const same = sameFingerprint(pair, 0, now, i) || (trust && (!isKnown(pair, 0) || !isKnown(now, i)))
    if (same) return
    words[first + word.extent] = 0n
    isAny = true
  })
  return isAny
}
