/** Skips boxes by the bounds of their coordinates: a predicate over several dimensions, such as `lat + lon > 300`. Called by tasks. */
import { boundsOf } from '../function/bounds.js'
import type { Registry } from '../function/registry.js'
import { columnsOf } from '../model/expression.js'
import { type Interval, truth, UNKNOWN } from '../model/interval.js'
import type { GridScan, JobColumn } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { boundsAlong } from '../statistics/verdicts.js'

/** Whether some cell of a box may pass the predicate; undefined where coordinates cannot tell. */
export function boxFilter(scan: GridScan, registry: Registry): ((box: Box) => boolean) | undefined {
  const { predicate, verdicts } = scan
  // Verdicts know the coordinates too.
  if (!predicate || verdicts) return undefined
  const read = columnsOf(predicate)
  const columns = new Map(scan.columns.filter(({ id }) => read.has(id)).map((column) => [column.id, column]))
  if (![...columns.values()].some(isAlong)) return undefined
  return (box) => truth(boundsOf(predicate, (id) => boundsIn(columns.get(id), box), registry)).possible
}

function isAlong(column: JobColumn): column is Extract<JobColumn, { kind: 'dimension' | 'index' }> {
  return column.kind === 'dimension' || column.kind === 'index'
}

function boundsIn(column: JobColumn | undefined, box: Box): Interval {
  return column && isAlong(column) ? boundsAlong(column, box) : UNKNOWN
}
