/** Sorts the boxes of tasks by what statistics say of their cells: ruled out, passing, to be tested. Called by `schedule.ts`. */
import { type GridScan, rangeTotal, type TaskSpace, type Verdicts, verdict } from '../model/job.js'
import type { Box, Dimension } from '../model/schema.js'
import { everyBoxUnder, isPassing, isSkipped } from '../operator/piece.js'
import { eachPlace } from '../statistics/lattice.js'

export interface SortedBoxes {
  readonly tasks: TaskSpace
  /** Whether boxes are left of which no cell needs to be tested. */
  readonly isAnyPassing: boolean
  /** The verdicts, but where boxes are tested of which only some cells need it: there all are `maybe`. */
  readonly verdicts: Verdicts | undefined
}

/** Leaves out those of which statistics have ruled out all cells. `inOrder`: the others have to stay in C order. */
export function sortBoxes(tasks: TaskSpace, scan: GridScan, inOrder: boolean): SortedBoxes {
  const { verdicts, predicate } = scan
  const isOf = (test: (code: number) => boolean) => verdicts?.codes.some(test) === true
  const mayPass = predicate !== undefined && isOf((code) => code === verdict.all)
  if (!verdicts || !(mayPass || isOf((code) => code >= verdict.none))) {
    return { tasks, isAnyPassing: false, verdicts: undefined }
  }
  const passing: number[] = []
  const others: number[] = []
  const codes = verdicts.codes.slice()
  let count = 0
  const test = (box: number) => {
    if (codes[box] === verdict.all) codes[box] = verdict.maybe
    return true
  }
  eachBox(tasks, scan, (box, number) => {
    if (isSkipped(verdicts, box)) return
    const isOne = mayPass && isPassing(verdicts, box)
    if (isOne) count++
    else if (mayPass) everyBoxUnder(verdicts, box, test)
    const list = isOne && !inOrder ? passing : others
    list.push(number)
  })
  const listed = Float64Array.from([...passing, ...others])
  return {
    tasks: { ...tasks, boxes: listed.length, listed, passing: passing.length },
    isAnyPassing: count > 0,
    verdicts: { ...verdicts, codes },
  }
}

/** Visits every box that meets the selection, with its number. */
function eachBox(tasks: TaskSpace, { dims }: GridScan, visit: (box: Box, number: number) => void): void {
  const along = tasks.kept.map((ranges) =>
    ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)),
  )
  // The same for all: there may be millions.
  const start = dims.map(() => 0)
  const end = dims.map(() => 0)
  eachPlace(tasks.kept.map(rangeTotal), (place, number) => {
    for (let dim = 0; dim < dims.length; dim++) {
      const size = tasks.box[dim] as number
      const from = (along[dim]?.[place[dim] as number] as number) * size
      start[dim] = from
      end[dim] = Math.min(from + size, (dims[dim] as Dimension).size)
    }
    visit({ start, end }, number)
  })
}
