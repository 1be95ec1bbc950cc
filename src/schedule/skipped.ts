/** Leaves out of the tasks the boxes of which statistics have ruled out all cells. Called by `schedule.ts`. */
import { type GridScan, rangeTotal, type TaskSpace, verdict } from '../model/job.js'
import { cellCount, type Dimension } from '../model/schema.js'
import { isSkipped } from '../operator/piece.js'

export function withoutSkipped(tasks: TaskSpace, { verdicts, dims }: GridScan): TaskSpace {
  if (!verdicts?.codes.some((code) => code >= verdict.none)) return tasks
  const along = tasks.kept.map((ranges) =>
    ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)),
  )
  const counts = tasks.kept.map(rangeTotal)
  const total = cellCount(counts)
  const listed: number[] = []
  for (let number = 0; number < total; number++) {
    let rest = number
    const place = new Array<number>(counts.length)
    for (let dim = counts.length - 1; dim >= 0; dim--) {
      const count = counts[dim] as number
      place[dim] = along[dim]?.[rest % count] as number
      rest = Math.floor(rest / count)
    }
    const start = place.map((at, dim) => at * (tasks.box[dim] as number))
    const end = start.map((at, dim) => Math.min(at + (tasks.box[dim] as number), (dims[dim] as Dimension).size))
    if (!isSkipped(verdicts, { start, end })) listed.push(number)
  }
  return { ...tasks, boxes: listed.length, listed: Float64Array.from(listed) }
}
