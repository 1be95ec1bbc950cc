/** Runs of cells of one-dimensional arrays as vectors: coordinates, text, nanoseconds. Called by open.ts. */
import { createMachine, type Machine } from '../../kernel/machine.js'
import { ChunkQLError } from '../../model/error.js'
import { cellCount, type Layout, storageBytes } from '../../model/schema.js'
import { INT64, TIMESTAMP } from '../../model/type.js'
import { concat, type NumericArray, slice, type Vector } from '../../model/vector.js'
import type { ByteRange, Fetched } from '../source.js'
import { allocateStored, storedView, unpack } from '../unpack.js'
import type { ZarrArray } from './array.js'
import { relabelJulian } from './calendar.js'
import type { ZarrColumn } from './chunked.js'
import type { Decoding } from './convention.js'
import { fixedText, sameText, variableText } from './text.js'

/** What is needed to read an array; the layout of `column` is the stored form. */
export interface Readable {
  readonly array: ZarrArray
  readonly decoding: Decoding
  readonly column: ZarrColumn
}

/** All that 32-bit addresses reach: the limit of queries does not count what sources read for themselves. */
const machineLimit = 2 ** 32

/** Cells [start, end) along the only dimension; arrays without dimensions have one cell. */
export async function readCells(from: Readable, start: number, end: number): Promise<Vector> {
  if (from.array.shape.length > 1) throw new ChunkQLError('internal', `${from.column.name} has more than one dimension`)
  // A machine of its own: reads that wait for each other would give back each other's memory.
  const machine = createMachine({ limit: machineLimit })
  const [size] = from.array.chunk
  if (size === undefined) return slice(await readChunk(from, [], machine), start, end)
  const first = Math.floor(start / size)
  const fetched = bytesAhead(from, first, Math.ceil(end / size))
  const parts: Vector[] = []
  for (let chunk = first; chunk * size < end; chunk++) {
    const whole = await readChunk(from, [chunk], machine, fetched?.(chunk))
    const base = chunk * size
    parts.push(slice(whole, Math.max(start, base) - base, Math.min(end, base + size) - base))
  }
  return concat(from.decoding.type, parts)
}

/** How many chunks are fetched at once where they cannot be read at once. */
const mostAhead = 16

/** The bytes of chunk after chunk; those of the next ones are on their way. Absent where chunks are read at once. */
function bytesAhead(
  { column }: Readable,
  first: number,
  past: number,
): ((chunk: number) => Promise<Fetched>) | undefined {
  if (column.read) return undefined
  const coming = new Map<number, Promise<Fetched>>()
  let next = first
  return (chunk) => {
    for (; next < past && next < chunk + mostAhead; next++) {
      const bytes = fetchNow(column, column.locate([next]))
      bytes.catch(() => undefined)
      coming.set(next, bytes)
    }
    const bytes = coming.get(chunk) as Promise<Fetched>
    coming.delete(chunk)
    return bytes
  }
}

function fetchNow(column: ZarrColumn, range: ByteRange): Promise<Fetched> {
  if (!column.fetch) throw new TypeError(`${column.name} can be neither read nor fetched`)
  return column.fetch(range)
}

async function readChunk(
  from: Readable,
  index: readonly number[],
  machine: Machine,
  coming?: Promise<Fetched>,
): Promise<Vector> {
  const { decoding, column } = from
  const mark = machine.mark()
  try {
    const range = column.locate(index)
    const fetched = column.read ? column.read(range, machine) : await (coming ?? fetchNow(column, range))
    if (decoding.text) return text(from, fetched, machine, range)
    const out = machine.allocate(column.layout.bytes)
    column.decodeAnyDate(fetched, machine, out, range)
    return numbers(decoding, column.layout, machine, out, column.name)
  } finally {
    machine.release(mark)
  }
}

function text({ array, decoding, column }: Readable, fetched: Fetched, machine: Machine, range: ByteRange): Vector {
  const { dataType, chunk, fill } = array
  const cells = cellCount(chunk)
  const missing = decoding.text?.missing
  const bytes = column.decodeText(fetched, machine, range)
  if (!bytes) return sameText(String(fill ?? ''), missing, cells)
  try {
    return dataType.kind === 'fixedText'
      ? fixedText(dataType.encoding, dataType.size, missing, bytes, cells)
      : variableText(missing, bytes, cells)
  } catch (error) {
    const { code, message } = error as ChunkQLError
    throw new ChunkQLError(code, message, { where: `${column.name}, chunk ${range.key}` })
  }
}

/** The numbers are copied out before anything is converted: the machine's memory is used again. */
function numbers(decoding: Decoding, layout: Layout, machine: Machine, out: number, where: string): Vector {
  const count = layout.bytes / storageBytes[layout.storage]
  const stored = allocateStored(layout.storage, count)
  stored.set(storedView(layout.storage, machine.memory.buffer, out, count) as never)
  const { time } = decoding
  if (!time) return unpack(decoding.type, layout, stored)
  const vector = time.denominator === 1n ? unpack(TIMESTAMP, layout, stored) : fineTimes(decoding, layout, stored)
  return time.calendar === 'standard' ? relabel(vector, where) : vector
}

/** Counts of nanoseconds and less: cut to microseconds towards the past, as NumPy does. */
function fineTimes({ time }: Decoding, layout: Layout, stored: NumericArray): Vector {
  const isFloat = stored instanceof Float32Array || stored instanceof Float64Array
  const { unpack: how } = layout
  const isPlain = time && how.kind === 'time' && how.step === Number(time.numerator) / Number(time.denominator)
  if (isFloat || !isPlain) return unpack(TIMESTAMP, layout, stored)
  const counts = unpack(INT64, { ...layout, unpack: { kind: 'none' } }, stored)
  const values = BigInt64Array.from(counts.values as BigInt64Array, (count) => {
    const product = count * time.numerator
    const rest = ((product % time.denominator) + time.denominator) % time.denominator
    return (product - rest) / time.denominator + how.epoch
  })
  return { ...counts, type: TIMESTAMP, values }
}

/** Dates before 1582-10-15 as the standard calendar names them. */
function relabel(vector: Vector, where: string): Vector {
  const values = BigInt64Array.from(vector.values as BigInt64Array, (time, row) => {
    if (vector.valid?.[row] === 0) return 0n
    const label = relabelJulian(time)
    if (label !== undefined) return label
    throw new ChunkQLError('unsupported', 'a leap day of the Julian calendar cannot be shown as TIMESTAMP', { where })
  })
  return { ...vector, values }
}
