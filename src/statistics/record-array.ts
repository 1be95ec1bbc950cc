/**
 * The records of one column as a Zarr array of format 2: its shape is the chunk grid, its elements are structures, raw.
 * What an array tells of a chunk lies in one file, which is replaced whole: readers never see half of it, and of two
 * writers one is lost, never mixed. The values of chunks are kept alike, in an array of their own. Called by `keeping.ts`.
 */
import { endBytes, listBytes, mostValues, wordsPerEntry } from '../model/chunk-values.js'
import { cellCount } from '../model/schema.js'
import { type ChunkRecords, recordOf, word, wordsPerRecord } from '../model/statistics.js'
import { isFloat, type Type } from '../model/type.js'
import { readKeptFile, removeKeptFolder, writeKeptFile } from '../platform/node/kept-files.js'

/** Records of one file: few enough to be read for a few of them. */
const recordsPerFile = 8192

/** How the array lies in files, as its metadata say. */
interface Shape {
  /** The chunk grid. */
  readonly shape: readonly number[]
  /** Records of a file along each axis. */
  readonly chunk: readonly number[]
}

/** A name, a type as NumPy writes it, and the shape where it is more than one. */
type StructField = readonly [name: string, dtype: string, shape?: readonly number[]]

/** What an element of an array is: structures of whole words, of which the first three tell of which chunk. */
export interface ElementForm {
  readonly words: number
  readonly fields: readonly StructField[]
  /** The word that tells whether one knows more than others of the same chunk. */
  readonly more?: number | undefined
}

const ownFields: readonly StructField[] = [
  ['fingerprint_0', '<u8'],
  ['fingerprint_1', '<u8'],
  ['extent', '<i8'],
]

export function recordForm(type: Type): ElementForm {
  const value = valueType(type)
  const ends = type.kind === 'varchar' ? ['min_known', 'max_known'] : ['min', 'max']
  const fields: StructField[] = [
    ...ownFields,
    ['cells', '<i8'],
    ['nulls', '<i8'],
    ['nans', '<i8'],
    ...ends.map((name): StructField => [name, value]),
    ['has_moments', '<i8'],
    ['sum', isFloat(type) ? '<f8' : '<i8'],
    ['sum_high', '<i8'],
    ['mean', '<f8'],
    ['m2', '<f8'],
    ['time', '<i8'],
    ['constant', '<i8'],
    ['sorted', '<i8'],
  ]
  return { words: wordsPerRecord, fields, more: word.hasMoments }
}

export function valuesForm(type: Type): ElementForm {
  const fields: StructField[] = [...ownFields, ['time', '<i8'], ['has_values', '<i8'], ['count', '<i8']]
  const ends = ['min', 'max'].map((name): StructField => [name, `|S${endBytes}`])
  if (type.kind === 'varchar') fields.push(...ends, ['values', `|S${listBytes}`])
  else fields.push(['values', valueType(type), [mostValues]])
  return { words: wordsPerEntry(type), fields }
}

function valueType(type: Type): string {
  return isFloat(type) ? '<f8' : type.kind === 'uint64' ? '<u8' : '<i8'
}

/** Undefined where there is none, or none of this form. */
function readShape(folder: string, form: ElementForm): Shape | undefined {
  const content = contentOf(`${folder}/.zarray`)
  if (!content) return undefined
  try {
    const { shape, chunks, dtype } = JSON.parse(new TextDecoder().decode(content))
    const isOurs = JSON.stringify(dtype) === JSON.stringify(form.fields) && shape.length === chunks.length
    return isOurs ? { shape, chunk: chunks } : undefined
  } catch {
    return undefined
  }
}

/** The words of a box of the chunk grid; unknown ones are 0. Undefined where there are none at all. */
export function readElements(
  folder: string,
  form: ElementForm,
  start: readonly number[],
  counts: readonly number[],
): BigInt64Array<ArrayBuffer> | undefined {
  const found = readShape(folder, form)
  if (!found || found.shape.length !== counts.length) return undefined
  const words = new BigInt64Array(cellCount(counts) * form.words)
  for (const file of filesUnder(found.chunk, start, counts)) {
    const own = readFile(folder, found.chunk, file, form)
    const from = { start: originOf(file, found.chunk), counts: found.chunk }
    if (own) copyShared({ ...from, words: own }, { start, counts, words }, form, 'all')
  }
  return words
}

/** Puts what is known in place of what was kept. `grid`: the counts of chunks; `attributes` tell people what this is. */
export function writeElements(
  folder: string,
  grid: readonly number[],
  attributes: Readonly<Record<string, unknown>>,
  form: ElementForm,
  elements: Elements,
): void {
  const found = readShape(folder, form)
  // Whatever lies there was written for something else.
  if (!found) removeKeptFolder(folder)
  const chunk = found?.chunk ?? fileShape(grid)
  const shape = grid.map((count, axis) => Math.max(count, found?.shape[axis] ?? 0))
  if (!found || shape.some((count, axis) => count !== found.shape[axis])) {
    writeKeptFile(`${folder}/.zattrs`, JSON.stringify(attributes, null, 2))
    writeKeptFile(`${folder}/.zarray`, JSON.stringify(metadataOf(shape, chunk, form), null, 2))
  }
  for (const file of filesUnder(chunk, elements.start, elements.counts)) {
    const words = readFile(folder, chunk, file, form) ?? new BigInt64Array(cellCount(chunk) * form.words)
    const to = { start: originOf(file, chunk), counts: chunk, words }
    const isAny = copyShared(elements, to, form, 'known')
    if (isAny) writeKeptFile(`${folder}/${file.join('.')}`, new Uint8Array(words.buffer))
  }
}

function metadataOf(shape: readonly number[], chunks: readonly number[], { fields, words }: ElementForm) {
  return {
    zarr_format: 2,
    shape,
    chunks,
    dtype: fields,
    compressor: null,
    filters: null,
    order: 'C',
    // Zeros, as base64: a record that is not there tells nothing.
    fill_value: Buffer.alloc(8 * words).toString('base64'),
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

function readFile(
  folder: string,
  chunk: readonly number[],
  file: readonly number[],
  { words }: ElementForm,
): BigInt64Array<ArrayBuffer> | undefined {
  const content = contentOf(`${folder}/${file.join('.')}`)
  if (content?.length !== cellCount(chunk) * 8 * words) return undefined
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

type Elements = Pick<ChunkRecords, 'start' | 'counts' | 'words'>

/** Copies the elements that two boxes share, all or those that are known; whether there was any. */
function copyShared(from: Elements, to: Elements, form: ElementForm, which: 'all' | 'known'): boolean {
  const low = from.start.map((at, axis) => Math.max(at, to.start[axis] as number))
  const high = low.map((_, axis) => Math.min(endOf(from, axis), endOf(to, axis)))
  if (high.some((end, axis) => end <= (low[axis] as number))) return false
  const last = low.length - 1
  const row = which === 'all' ? (high[last] as number) - (low[last] as number) : 1
  const step = low.map((_, axis) => (axis === last ? row : 1))
  let isAny = false
  const place = [...low]
  for (let axis = 0; axis >= 0; ) {
    const source = recordOf(from, place) * form.words
    const target = recordOf(to, place) * form.words
    if (which === 'all' || (from.words[source + word.extent] !== 0n && !isPoorer(from, source, to, target, form))) {
      isAny = true
      to.words.set(from.words.subarray(source, source + row * form.words), target)
    }
    for (axis = last; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + (step[axis] as number)
      if ((place[axis] as number) < (high[axis] as number)) break
      place[axis] = low[axis] as number
    }
  }
  return isAny
}

/** Whether an element lacks what another one of the same chunk has. */
function isPoorer(own: Elements, at: number, other: Elements, otherAt: number, { more }: ElementForm): boolean {
  if (more === undefined || own.words[at + more] !== 0n || other.words[otherAt + more] === 0n) return false
  return [word.fingerprint, word.fingerprint + 1, word.extent].every(
    (each) => own.words[at + each] === other.words[otherAt + each],
  )
}

function endOf({ start, counts }: Elements, axis: number): number {
  return (start[axis] as number) + (counts[axis] as number)
}
