/** The chunks that a task is certain to load, in the order in which it does: what prefetching follows. Called by `stage-run.ts`. */
import type { JobColumn } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { isEarly } from '../model/stored-column.js'
import { isRead, variantFor } from '../operator/piece.js'
import { piecesOf } from './boxes.js'
import { isPassing } from './positions.js'
import type { Want } from './prefetch.js'
import type { StageRun } from './stage-run.js'

/** Columns whose chunks are read before any other; all, where nothing is known of a cell before. */
export function earlyColumns({ scan }: StageRun['stage']): readonly JobColumn[] {
  if (!scan.predicate) return scan.columns
  return scan.columns.filter(isEarly)
}

export function* wantsOf(run: StageRun, boxes: readonly Box[]): Generator<Want> {
  for (const box of boxes) {
    const own = runOf(run, box)
    const columns = earlyColumns(own.stage)
    for (const piece of piecesOf(box, columns, own.stage.scan.verdicts)) {
      // Of a box of rows some may not be tested.
      const isTested = own.stage.scan.predicate === undefined || !isPassing(own.stage.scan, piece)
      if (isTested && isRead(own.stage.scan, piece)) yield* wantsUnder(own, columns, piece)
    }
  }
}

/** How a box is run: without the parts of the filter that all of its cells pass. */
export function runOf(run: StageRun, box: Box): StageRun {
  return variantFor(run.variants, run.stage.scan.verdicts, box)?.run ?? run
}

/** The chunks of some columns under a piece, as far as they are not there or on their way. */
export function* wantsUnder(run: StageRun, columns: readonly JobColumn[], piece: Box): Generator<Want> {
  for (const column of columns) {
    if (column.kind !== 'stored') continue
    const reader = run.readers[run.stage.scan.columns.indexOf(column)]
    const range = reader?.plan(column.dims.map((dim, axis) => chunkAt(piece, dim, column.layout.chunk[axis] as number)))
    if (reader && range) yield { column: reader.column, range }
  }
}

function chunkAt(piece: Box, dim: number, size: number): number {
  return Math.floor((piece.start[dim] as number) / size)
}
