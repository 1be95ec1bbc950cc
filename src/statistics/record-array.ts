/**
 * The records of one column as a Zarr array of format 2: its shape is the chunk grid, its elements are structures, raw.
 * Everything that is known of a chunk lies in one file, which is replaced whole: readers never see half of it, and of two
 * writers one is lost, never mixed. Called by `keeping.ts`.
 */
import { cellCount } from '../model/schema.js'
import { type ChunkRecords, emptyRecords, recordOf, word, wordsPerRecord } from '../model/statistics.js'
import { isFloat, type Type } from '../model/type.js'
import { readKeptFile, removeKeptFolder, writeKeptFile } from '../platform/node/kept-files.js'

const recordBytes = wordsPerRecord * 8
/** Records of one file: few enough to be read for a few of them. */
const recordsPerFile = 8192

/** How the array lies in files, as its metadata say. */
interface Shape {
  /** The chunk grid. */
  readonly shape: readonly number[]
  /** Records of a file along each axis. */
  readonly chunk: readonly number[]
}

/** The names and types of the words, in order. */
function fieldsOf(type: Type): [name: string, dtype: string][] {
  const value = isFloat(type) ? '<f8' : type.kind === 'uint64' ? '<u8' : '<i8'
  return [
    ['fingerprint_0', '<u8'],
    ['fingerprint_1', '<u8'],
    ['extent', '<i8'],
    ['cells', '<i8'],
    ['nulls', '<i8'],
    ['nans', '<i8'],
    ['min', value],
    ['max', value],
    ['has_moments', '<i8'],
    ['sum', isFloat(type) ? '<f8' : '<i8'],
    ['sum_high', '<i8'],
    ['mean', '<f8'],
    ['m2', '<f8'],
    ['time', '<i8'],
  ]
}

/** Undefined where there is none, or none of this form. */
export function readShape(folder: string, type: Type): Shape | undefined {
  const content = contentOf(`${folder}/.zarray`)
  if (!content) return undefined
  try {
    const { shape, chunks, dtype } = JSON.parse(new TextDecoder().decode(content))
    const isOurs = JSON.stringify(dtype) === JSON.stringify(fieldsOf(type)) && shape.length === chunks.length
    return isOurs ? { shape, chunk: chunks } : undefined
  } catch {
    return undefined
  }
}

/** The records of a box of the chunk grid; unknown ones are empty. Undefined where there are none at all. */
export function readRecords(
  folder: string,
  type: Type,
  start: readonly number[],
  counts: readonly number[],
): ChunkRecords | undefined {
  const found = readShape(folder, type)
  if (!found || found.shape.length !== counts.length) return undefined
  const records = emptyRecords(type, start, counts)
  for (const file of filesUnder(found.chunk, start, counts)) {
    const words = readFile(folder, found.chunk, file)
    if (words) copyShared({ start: originOf(file, found.chunk), counts: found.chunk, words }, records, 'all')
  }
  return records
}

/** Puts what is known in place of what was kept. `grid`: the counts of chunks; `attributes` tell people what this is. */
export function writeRecords(
  folder: string,
  grid: readonly number[],
  attributes: Readonly<Record<string, unknown>>,
  records: ChunkRecords,
): void {
  const { type } = records
  const found = readShape(folder, type)
  // Whatever lies there was written for something else.
  if (!found) removeKeptFolder(folder)
  const chunk = found?.chunk ?? fileShape(grid)
  const shape = grid.map((count, axis) => Math.max(count, found?.shape[axis] ?? 0))
  if (!found || shape.some((count, axis) => count !== found.shape[axis])) {
    writeKeptFile(`${folder}/.zattrs`, JSON.stringify(attributes, null, 2))
    writeKeptFile(`${folder}/.zarray`, JSON.stringify(metadataOf(shape, chunk, type), null, 2))
  }
  for (const file of filesUnder(chunk, records.start, records.counts)) {
    const words = readFile(folder, chunk, file) ?? new BigInt64Array(cellCount(chunk) * wordsPerRecord)
    const to = { start: originOf(file, chunk), counts: chunk, words }
    const isAny = copyShared(records, to, 'known')
    if (isAny) writeKeptFile(`${folder}/${file.join('.')}`, new Uint8Array(words.buffer))
  }
}

function metadataOf(shape: readonly number[], chunks: readonly number[], type: Type) {
  return {
    zarr_format: 2,
    shape,
    chunks,
    dtype: fieldsOf(type),
    compressor: null,
    filters: null,
    order: 'C',
    // Zeros, as base64: a record that is not there tells nothing.
    fill_value: Buffer.alloc(recordBytes).toString('base64'),
  }
}

/** Whole along the inner axes as far as records go, with room to grow. */
function fileShape(grid: readonly number[]): number[] {
  let left = recordsPerFile
  return grid
    .toReversed()
    .map((count) => {
      const length = Math.min(left, 2 ** Math.ceil(Math.log2(Math.max(1, count))))
      left = Math.max(1, Math.floor(left / length))
      return length
    })
    .reverse()
}

/** What cannot be read is not there: no query depends on it. */
function contentOf(path: string): Uint8Array | undefined {
  try {
    return readKeptFile(path)
  } catch {
    return undefined
  }
}

function readFile(folder: string, chunk: readonly number[], file: readonly number[]): BigInt64Array | undefined {
  const content = contentOf(`${folder}/${file.join('.')}`)
  if (content?.length !== cellCount(chunk) * recordBytes) return undefined
  // A copy: what was read may lie among other things in a buffer.
  return new BigInt64Array(new Uint8Array(content).buffer)
}

function originOf(file: readonly number[], chunk: readonly number[]): number[] {
  return file.map((at, axis) => at * (chunk[axis] as number))
}

/** The files that hold records of a box. */
function filesUnder(chunk: readonly number[], start: readonly number[], counts: readonly number[]): number[][] {
  return chunk.reduce<number[][]>(
    (files, size, axis) => {
      const first = Math.floor((start[axis] as number) / size)
      const past = Math.ceil(((start[axis] as number) + (counts[axis] as number)) / size)
      const along = Array.from({ length: Math.max(0, past - first) }, (_, i) => first + i)
      return files.flatMap((file) => along.map((at) => [...file, at]))
    },
    [[]],
  )
}

type Records = Pick<ChunkRecords, 'start' | 'counts'> & { readonly words: BigInt64Array }

/** Copies the records that two boxes share, all or those that are known; whether there was any. */
function copyShared(from: Records, to: Records, which: 'all' | 'known'): boolean {
  const low = from.start.map((at, axis) => Math.max(at, to.start[axis] as number))
  const high = low.map((_, axis) => Math.min(endOf(from, axis), endOf(to, axis)))
  if (high.some((end, axis) => end <= (low[axis] as number))) return false
  const last = low.length - 1
  const row = which === 'all' ? (high[last] as number) - (low[last] as number) : 1
  const step = low.map((_, axis) => (axis === last ? row : 1))
  let isAny = false
  const place = [...low]
  for (let axis = 0; axis >= 0; ) {
    const source = recordOf(from, place) * wordsPerRecord
    const target = recordOf(to, place) * wordsPerRecord
    if (which === 'all' || (from.words[source + word.extent] !== 0n && !isPoorer(from, source, to, target))) {
      isAny = true
      to.words.set(from.words.subarray(source, source + row * wordsPerRecord), target)
    }
    for (axis = last; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + (step[axis] as number)
      if ((place[axis] as number) < (high[axis] as number)) break
      place[axis] = low[axis] as number
    }
  }
  return isAny
}

/** Whether a record lacks the sums that another one of the same chunk has. */
function isPoorer(own: Records, at: number, other: Records, otherAt: number): boolean {
  if (own.words[at + word.hasMoments] !== 0n || other.words[otherAt + word.hasMoments] === 0n) return false
  return [word.fingerprint, word.fingerprint + 1, word.extent].every(
    (each) => own.words[at + each] === other.words[otherAt + each],
  )
}

function endOf({ start, counts }: Records, axis: number): number {
  return (start[axis] as number) + (counts[axis] as number)
}
