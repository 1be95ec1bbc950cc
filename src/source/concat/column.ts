/** A column of several stores laid end to end as one with chunks. Made by source.ts, called by the executor. */
import type { Machine } from '../../kernel/machine.js'
import { cellCount, type Encoding, encodingOf, type Layout, storageBytes } from '../../model/schema.js'
import type { Type, Value } from '../../model/type.js'
import type { ByteRange, ChunkedColumn, Fetched, FetchOptions, Room } from '../source.js'
import { joinedFingerprints } from './fingerprints.js'
import { commonEncoding, copyObjects, copyPiece, emptyCells, sameEncoding } from './gather.js'
import { type PartShape, type Piece, piecesOf } from './pieces.js'

/** What the schema knows of a column in one of the parts. */
export interface PartLayout extends PartShape {
  readonly layout: Layout
}

/** The layout of the whole, or why there is none. */
export function joinedLayout(
  parts: readonly PartLayout[],
  axis: number,
  type: Type,
  hasGaps: boolean,
): Layout | string {
  const [first] = parts as [PartLayout]
  if (!hasGaps && isRegular(parts, axis)) return first.layout
  const { chunk } = first
  if (first.layout.form) return keptLayout(chunk)
  const same = parts.every(({ layout }) => sameEncoding(layout, first.layout)) && first.layout.storage !== 'f2'
  const fits = same && (!hasGaps || nullCell(first.layout) !== undefined)
  const encoding = fits ? encodingOf(first.layout) : commonEncoding(type)
  if (!encoding && same) return 'a store lacks it, and none of its numbers stands for NULL'
  if (!encoding) return 'the stores encode its missing values in different ways'
  const cell = storageBytes[encoding.storage]
  const strides = chunk.map((_, i) => cellCount(chunk.slice(i + 1)) * cell)
  return { ...encoding, chunk, strides, bytes: cellCount(chunk) * cell }
}

/** Values that are no numbers, gathered from several chunks: each cell has a number of its own. */
function keptLayout(chunk: readonly number[]): Layout {
  const cell = storageBytes.i4
  const strides = chunk.map((_, i) => cellCount(chunk.slice(i + 1)) * cell)
  const plain = { storage: 'i4', unpack: { kind: 'none' }, missing: [], nanIsNull: false } as const
  return { ...plain, chunk, strides, bytes: cellCount(chunk) * cell, form: { kind: 'kept' } }
}

/** Whether each chunk of the whole is one of a part, as it is: all are cut and encoded alike, and borders meet. */
export function isRegular(parts: readonly PartLayout[], axis: number): boolean {
  const [first] = parts as [PartLayout]
  const text = JSON.stringify([first.chunk, first.layout.strides, first.layout.offset])
  return parts.every(
    ({ layout, chunk, start }) =>
      JSON.stringify([chunk, layout.strides, layout.offset]) === text &&
      sameEncoding(layout, first.layout) &&
      start % (chunk[axis] as number) === 0,
  )
}

/** Of a chunk of the whole, found by `locate`; whoever is handed it reads the pieces from it. */
interface JoinedRange extends ByteRange {
  readonly pieces: readonly (Piece & { readonly range: ByteRange })[]
}

/** A stored number that is read as NULL. */
function nullCell({ missing, nanIsNull }: Encoding): number | bigint | undefined {
  return missing[0] ?? (nanIsNull ? Number.NaN : undefined)
}

/** `hasGaps`: between the parts lie others that lack the column. */
export function joinedColumn(
  name: string,
  columns: readonly ChunkedColumn[],
  parts: readonly PartLayout[],
  axis: number,
  layout: Layout,
  type: Type,
  hasGaps: boolean,
): ChunkedColumn {
  const whole = !hasGaps && isRegular(parts, axis)
  const columnOf = ({ part }: Piece) => columns[part] as ChunkedColumn
  const read = new WeakMap<ByteRange, readonly Fetched[]>()

  /** The one piece that a chunk of a regular column is. */
  function only(range: ByteRange) {
    const [piece] = (range as JoinedRange).pieces
    return whole ? piece : undefined
  }

  /** Who keeps the values of the chunk at an address: the part whose chunk it is, or this column. */
  const keepers = new WeakMap<Machine, Map<number, () => readonly Value[]>>()

  function keep(machine: Machine, out: number, kept: () => readonly Value[]): void {
    const chunks = keepers.get(machine) ?? new Map<number, () => readonly Value[]>()
    keepers.set(machine, chunks.set(out, kept))
  }

  function gatherObjects(fetched: readonly Fetched[], machine: Machine, out: number, { pieces }: JoinedRange): void {
    const values = new Array<Value>(cellCount(layout.chunk)).fill(null)
    decodePieces(fetched, machine, pieces, (piece, column, address) => {
      const kept = column.kept?.(machine, address)
      copyObjects(piece, column.layout, address, machine, type, values, layout.chunk, kept)
    })
    new Int32Array(machine.memory.buffer, out, values.length).forEach((_, i, numbers) => {
      numbers[i] = i
    })
    keep(machine, out, () => values)
  }

  function decodePieces(
    fetched: readonly Fetched[],
    machine: Machine,
    pieces: JoinedRange['pieces'],
    take: (piece: Piece, column: ChunkedColumn, address: number) => void,
  ): void {
    for (const [i, piece] of pieces.entries()) {
      const mark = machine.mark()
      const column = columnOf(piece)
      try {
        const address = machine.allocate(column.layout.bytes)
        column.decode(fetched[i] ?? null, machine, address, piece.range)
        column.prepare?.(machine, address, piece.range)
        take(piece, column, address)
      } finally {
        machine.release(mark)
      }
    }
  }

  function gather(fetched: readonly Fetched[], machine: Machine, out: number, { pieces }: JoinedRange): void {
    const cells = emptyCells(layout)
    if (hasGaps) cells.fill(nullCell(layout) as never)
    decodePieces(fetched, machine, pieces, (piece, column, address) =>
      copyPiece(piece, column.layout, address, machine, type, cells, layout),
    )
    machine.bytes.set(new Uint8Array(cells.buffer), out)
  }

  return {
    layout,
    name,
    isSlow: columns.every((column) => column.isSlow),
    locate(index): JoinedRange {
      const pieces = piecesOf(parts, axis, layout.chunk, index).map((piece) => ({
        ...piece,
        range: columnOf(piece).locate(piece.index),
      }))
      return { key: `${name} ${index.join('.')}`, pieces }
    },
    ...(columns.every((column) => column.read) && {
      read(range: ByteRange, room: Room, out?: number): Fetched {
        const piece = only(range)
        if (piece) return columnOf(piece).read?.(piece.range, room, out) ?? null
        const fetched = (range as JoinedRange).pieces.map((each) => columnOf(each).read?.(each.range, room) ?? null)
        read.set(range, fetched)
        const length = fetched.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0)
        return fetched.every((bytes) => bytes === null) ? null : { address: 0, length }
      },
    }),
    ...(columns.every((column) => column.fetch) && {
      async fetch(range: ByteRange, options?: FetchOptions): Promise<Uint8Array | null> {
        const piece = only(range)
        if (piece) return columnOf(piece).fetch?.(piece.range, options) ?? null
        const fetched = await Promise.all(
          (range as JoinedRange).pieces.map((each) => columnOf(each).fetch?.(each.range, options) ?? null),
        )
        return framed(fetched)
      },
    }),
    decode(fetched, machine, out, range) {
      const piece = only(range)
      if (piece) {
        columnOf(piece).decode(fetched, machine, out, piece.range)
        if (layout.form) keep(machine, out, () => columnOf(piece).kept?.(machine, out) ?? [])
      } else if (layout.form) {
        gatherObjects(read.get(range) ?? unframed(fetched), machine, out, range as JoinedRange)
      } else gather(read.get(range) ?? unframed(fetched), machine, out, range as JoinedRange)
    },
    kept: (machine, out) => keepers.get(machine)?.get(out)?.() ?? [],
    ...joinedFingerprints(columns, layout, (index) => piecesOf(parts, axis, layout.chunk, index)),
    prepare(machine, out, range) {
      const piece = only(range)
      if (piece) columnOf(piece).prepare?.(machine, out, piece.range)
    },
  }
}

/** Bytes of several chunks as one: for each its length, or -1 where there is none, and the bytes. */
function framed(parts: readonly (Uint8Array | null)[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 8 + (part?.length ?? 0), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const part of parts) {
    view.setFloat64(at, part?.length ?? -1)
    if (part) bytes.set(part, at + 8)
    at += 8 + (part?.length ?? 0)
  }
  return bytes
}

function unframed(fetched: Fetched): (Uint8Array | null)[] {
  if (!(fetched instanceof Uint8Array)) return []
  const view = new DataView(fetched.buffer, fetched.byteOffset, fetched.byteLength)
  const parts: (Uint8Array | null)[] = []
  for (let at = 0; at < fetched.length; ) {
    const length = view.getFloat64(at)
    parts.push(length < 0 ? null : fetched.subarray(at + 8, at + 8 + length))
    at += 8 + Math.max(0, length)
  }
  return parts
}
