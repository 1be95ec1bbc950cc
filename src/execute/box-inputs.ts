/** The columns of a box as far as rows are made of them: each chunk is loaded when some cell in it is wanted. Called by `box-rows.ts`. */
import type { JobColumn } from '../model/job.js'
import type { Box } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import { type ColumnInput, markParts, type Part, partsOf } from './cells.js'
import type { StageRun } from './stage-run.js'

/** The chunks of a column under a part of a box. */
interface Chunks {
  readonly part: Box
  readonly all: readonly Part[]
  /** Which of them were wanted so far. */
  readonly marks: Uint8Array
  /** All are there, as long as the part is at hand. */
  isWhole: boolean
}

export class BoxInputs {
  readonly #inputs = new Map<JobColumn, ColumnInput>()
  readonly #chunks = new Map<StoredColumn, Chunks>()

  constructor(
    readonly run: StageRun,
    readonly box: Box,
  ) {}

  /** Of a column that was loaded. */
  of(column: JobColumn): ColumnInput {
    return this.#inputs.get(column) as ColumnInput
  }

  /** All that cells of a part of the box need: those at the positions, or all. */
  async load(columns: readonly JobColumn[], part: Box, positions: Int32Array | undefined): Promise<void> {
    for (const column of columns) if (!this.#inputs.has(column)) this.#inputs.set(column, await this.#open(column))
    const stored = columns.filter((column): column is StoredColumn => column.kind === 'stored')
    const wanted = stored.map((column) => ({ column, chunks: this.#chunksAt(column, part, positions) }))
    this.#want(wanted)
    for (const { column, chunks } of wanted) {
      await this.of(column).reader?.loadAll(chunks.map(({ chunk }) => chunk))
    }
  }

  /** Chunks are loaded one after another; where their bytes come from afar they come together. */
  #want(wanted: readonly { readonly column: StoredColumn; readonly chunks: readonly Part[] }[]): void {
    if (!this.run.source.isRemote) return
    for (const { column, chunks } of wanted) for (const each of chunks) this.run.want(each, [column])
  }

  async #open(column: JobColumn): Promise<ColumnInput> {
    const { stage, readers, source } = this.run
    if (column.kind === 'stored') return { reader: readers[stage.scan.columns.indexOf(column)], from: 0 }
    if (column.kind !== 'vector') return { from: 0 }
    const [dim] = column.dims
    const from = dim === undefined ? 0 : (this.box.start[dim] as number)
    const to = dim === undefined ? 1 : (this.box.end[dim] as number)
    return { vector: await source.vectors?.(stage.scan.table, column.name, from, to), from }
  }

  /** Those that are to be there, with those of the last call for the part. */
  #chunksAt(column: StoredColumn, part: Box, positions: Int32Array | undefined): readonly Part[] {
    const known = this.#chunks.get(column)
    const chunks = known?.part === part ? known : chunksUnder(column, part)
    this.#chunks.set(column, chunks)
    const { all, marks } = chunks
    if (chunks.isWhole) return []
    if (!positions || (all.length === 1 && positions.length > 0)) marks.fill(1)
    else markParts(column, part, positions, marks)
    chunks.isWhole = !marks.includes(0)
    return all.filter((_, at) => marks[at] === 1)
  }
}

function chunksUnder(column: StoredColumn, part: Box): Chunks {
  const all = partsOf(column, part)
  return { part, all, marks: new Uint8Array(all.length), isWhole: false }
}
