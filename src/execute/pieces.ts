/** Brings the chunks under a piece into memory and says where each column's cells begin. Called by compiled tasks. */
import type { ColumnId } from '../model/expression.js'
import type { JobColumn } from '../model/job.js'
import type { Nest } from '../model/nest.js'
import { type Box, type ListFold, storageBytes } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { NumericArray } from '../model/vector.js'
import type { LoopColumn } from '../operator/loop.js'
import type { Piece } from '../operator/piece.js'
import { Scratch } from '../operator/scratch.js'
import { isInOrder } from '../operator/window.js'
import type { ChunkReader, WindowRoom } from './chunk-reader.js'
import { hasWholeChunk } from './chunk-window.js'
import { type CellTexts, placeCodes } from './coded-cells.js'
import { placeFolds } from './folded-cells.js'
import type { StageRun } from './stage-run.js'

/** Values along a dimension from an index on, and the bytes of each. */
interface Place {
  readonly address: number
  readonly start: number
  readonly bytes: number
}

export class PieceLoader {
  /** Values along dimensions, placed for the box at hand. */
  readonly #placed = new Map<number, Place>()
  readonly #scratches = new Map<number, Scratch>()
  readonly #rooms = new Map<number, WindowRoom>()
  readonly #folds = new Map<number, { box: Box; address: number; place: LoopColumn }>()
  #box: Box | undefined

  /** `texts`: of the coded columns. */
  constructor(
    readonly run: StageRun,
    readonly texts: ReadonlyMap<ColumnId, CellTexts> = new Map(),
  ) {}

  /** Call before the pieces of a box: values along dimensions are copied for it, those of columns that a body reads. */
  enter(box: Box): void {
    if (box === this.#box) return
    this.#box = box
    this.#placed.clear()
  }

  /**
   * The piece as a body over `nest.columns` sees it. Asynchronous only where a source is. `once`: columns that one loop reads,
   * and nobody after it.
   */
  load(nest: Nest, box: Box, once: (id: ColumnId) => boolean = () => false): Piece | Promise<Piece> {
    const columns = nest.columns.map(({ id }) => this.#column(id, box, once(id)))
    if (columns.some((column) => column instanceof Promise)) {
      return Promise.all(columns).then((loaded) => ({ box, columns: loaded }))
    }
    return { box, columns: columns as LoopColumn[] }
  }

  #column(id: number, box: Box, once: boolean): LoopColumn | Promise<LoopColumn> {
    const { scan } = this.run.stage
    const k = scan.columns.findIndex((column) => column.id === id)
    const column = scan.columns[k] as JobColumn
    if (column.kind === 'stored') return this.#stored(column, k, box, once)
    if (column.kind === 'vector') throw new TypeError('no body reads a vector')
    const [dim] = column.dims as [number]
    const { address, start, bytes } = this.#placed.get(id) ?? this.#place(column)
    const strides = scan.dims.map((_, d) => (d === dim ? bytes : 0))
    return { base: address + ((box.start[dim] as number) - start) * bytes, strides }
  }

  #stored(column: StoredColumn, k: number, box: Box, once: boolean): LoopColumn | Promise<LoopColumn> {
    const { layout, dims } = column
    const strides = new Array<number>(this.run.stage.scan.dims.length).fill(0)
    let offset = layout.offset ?? 0
    const chunk = dims.map((dim, axis) => {
      const stride = layout.strides[axis] as number
      const start = box.start[dim] as number
      const size = layout.chunk[axis] as number
      strides[dim] = stride
      offset += (start % size) * stride
      return Math.floor(start / size)
    })
    const window = once && !column.coded && !layout.fold ? this.#window(column, k, box, chunk, strides) : undefined
    if (window) return { base: offset, strides, window }
    const address = this.run.readers[k]?.load(chunk) as number | Promise<number>
    const at = (base: number): LoopColumn => {
      if (column.coded) return this.#coded(column, k, box, base, offset)
      return layout.fold ? this.#folded(column, layout.fold, box, base + offset) : { base: base + offset, strides }
    }
    return address instanceof Promise ? address.then(at) : at(address)
  }

  /** Where the loop reads all cells in the order in which they lie, and nobody else reads their chunk, nor it again. */
  #window(column: StoredColumn, k: number, box: Box, chunk: readonly number[], strides: readonly number[]) {
    const { readers, stage, machine } = this.run
    const reader = readers[k] as ChunkReader
    const extents = box.end.map((end, dim) => end - (box.start[dim] as number))
    const isAlone = readers.every((each, other) => each !== reader || other === k)
    if (!isAlone || !hasWholeChunk(column, box, stage.scan.dims)) return undefined
    if (!isInOrder(stage.loops?.order ?? [], extents, strides)) return undefined
    const room = this.#rooms.get(k) ?? { encoded: new Scratch(machine), shown: new Scratch(machine) }
    this.#rooms.set(k, room)
    return reader.window(chunk, storageBytes[column.layout.storage], room)
  }

  /** Texts of a chunk at an address: as numbers in a place of their own. */
  #coded(column: StoredColumn, k: number, box: Box, chunkAt: number, offset: number): LoopColumn {
    const reader = this.run.readers[k] as ChunkReader
    const part = {
      column,
      box,
      address: chunkAt + offset,
      kept: () => reader.keptAt(chunkAt),
      keptTexts: () => reader.keptTextsAt(chunkAt),
    }
    return placeCodes(part, this.#scratchOf(column.id), this.texts.get(column.id) as CellTexts)
  }

  /** A piece is loaded for its filter, and again for the rest. */
  #folded(column: StoredColumn, fold: ListFold, box: Box, address: number): LoopColumn {
    const known = this.#folds.get(column.id)
    if (known?.box === box && known.address === address) return known.place
    const place = placeFolds(column, fold, box, address, this.#scratchOf(column.id))
    this.#folds.set(column.id, { box, address, place })
    return place
  }

  #scratchOf(id: number): Scratch {
    const scratch = this.#scratches.get(id) ?? new Scratch(this.run.machine)
    this.#scratches.set(id, scratch)
    return scratch
  }

  #place(column: Extract<JobColumn, { kind: 'dimension' | 'index' }>): Place {
    const box = this.#box as Box
    const [dim] = column.dims
    const start = box.start[dim] as number
    const values = valuesOf(column, start, box.end[dim] as number)
    const address = this.#scratchOf(column.id).reserve(values.byteLength)
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    this.run.machine.bytes.set(bytes, address)
    const place = { address, start, bytes: values.BYTES_PER_ELEMENT }
    this.#placed.set(column.id, place)
    return place
  }
}

/** NULLs of float columns are written as NaN; the nest reads them so. */
function valuesOf(
  column: Extract<JobColumn, { kind: 'dimension' | 'index' }>,
  start: number,
  end: number,
): NumericArray {
  if (column.kind === 'index') return BigInt64Array.from({ length: end - start }, (_, i) => BigInt(start + i))
  const { values, valid } = column.values
  const part = (values as NumericArray).slice(start, end)
  if (valid) for (let i = start; i < end; i++) if (!valid[i]) part[i - start] = Number.NaN as never
  return part
}
