/** LIMIT and OFFSET as a range of the leading dimension, where every selected cell is a row. Called by `schedule.ts`. */
import { type IndexRange, rangeTotal, type Step } from '../model/job.js'
import { cellCount } from '../model/schema.js'
import type { Selection } from './dimensions.js'
import type { Pipeline } from './pipeline.js'

export interface RowWindow {
  readonly pipeline: Pipeline
  readonly selection: Selection
}

/** Leading indexes before the offset are not read, nor those behind the limit; the step skips what is left of the offset. */
export function windowRows(pipeline: Pipeline, selection: Selection): RowWindow {
  const [leading, ...inner] = selection.ranges
  const { ending } = pipeline
  const [step, ...steps] = pipeline.steps
  const cells = cellCount(inner.map(rangeTotal))
  const everyCell = leading !== undefined && cells > 0 && selection.residual.length === 0
  if (ending.kind !== 'rows' || step?.kind !== 'limit' || !everyCell) return { pipeline, selection }
  const skipped = Math.floor(step.offset / cells)
  const offset = step.offset - skipped * cells
  const limit = step.limit === undefined ? undefined : step.limit + offset
  const taken = limit === undefined ? Number.POSITIVE_INFINITY : Math.ceil(limit / cells)
  const rest: Step[] = [{ ...step, offset }, ...steps]
  return {
    pipeline: { ...pipeline, ending: { ...ending, limit }, steps: rest },
    selection: { ...selection, ranges: [indexesFrom(leading, skipped, taken), ...inner] },
  }
}

/** Of all indexes in the ranges those from the n-th on, at most so many. */
function indexesFrom(ranges: readonly IndexRange[], n: number, most: number): IndexRange[] {
  let skip = n
  let left = most
  return ranges.flatMap(([start, end]) => {
    const from = Math.min(end, start + skip)
    skip -= from - start
    const to = Math.min(end, from + left)
    left -= to - from
    return to > from ? [[from, to] as const] : []
  })
}
