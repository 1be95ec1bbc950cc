/** The columns of a box as far as rows are made of them: each chunk is loaded when some cell in it is wanted. Called by `box-rows.ts`. */
import type { JobColumn } from '../model/job.js'
import type { Box } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import { type ColumnInput, type Part, partsAt, partsOf } from './cells.js'
import type { StageRun } from './stage-run.js'

export class BoxInputs {
  readonly #inputs = new Map<JobColumn, ColumnInput>()

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
    const wanted = stored.map((column) => ({ column, chunks: chunksAt(column, part, positions) }))
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
}

function chunksAt(column: StoredColumn, part: Box, positions: Int32Array | undefined): readonly Part[] {
  return positions ? partsAt(column, part, positions) : partsOf(column, part)
}
