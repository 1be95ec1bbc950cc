/** Runs of cells of one-dimensional arrays as vectors: coordinates, text, nanoseconds. Called by open.ts. */
import { createMachine, type Machine } from '../../kernel/machine.js'
import { ChunkQLError } from '../../model/error.js'
import { cellCount, type Form, type Layout } from '../../model/schema.js'
import { concat, slice, type Vector, vectorOf } from '../../model/vector.js'
import { objectReader } from '../objects.js'
import type { ByteRange, ChunkedColumn, Fetched } from '../source.js'
import { unpack } from '../unpack.js'
import type { ZarrArray } from './array.js'
import type { Decoding } from './convention.js'
import { storedCells } from './stored-cells.js'

/** What is needed to read an array; the layout of `column` is the stored form. */
export interface Readable {
  readonly array: ZarrArray
  readonly decoding: Decoding
  readonly column: ChunkedColumn
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

function fetchNow(column: ChunkedColumn, range: ByteRange): Promise<Fetched> {
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
    const out = machine.allocate(column.layout.bytes)
    column.decode(fetched, machine, out, range)
    column.prepare?.(machine, out, range)
    if (column.layout.form) return objects(from, column.layout.form, machine, out, range)
    return numbers(decoding, column.layout, machine, out)
  } finally {
    machine.release(mark)
  }
}

function objects({ decoding, column }: Readable, form: Form, machine: Machine, out: number, range: ByteRange): Vector {
  const { bytes, chunk, offset = 0 } = column.layout
  const cells = cellCount(chunk)
  try {
    const read = objectReader(form, decoding.type, machine.memory.buffer, column.kept?.(machine, out))
    return vectorOf(decoding.type, read(out + offset, bytes / cells, cells))
  } catch (error) {
    const { code, message } = error as ChunkQLError
    throw new ChunkQLError(code, message, { where: `${column.name}, chunk ${range.key}` })
  }
}

/** The numbers are copied out before anything is converted: the machine's memory is used again. */
function numbers({ type }: Decoding, layout: Layout, machine: Machine, out: number): Vector {
  return unpack(type, layout, storedCells(layout, machine, out))
}
