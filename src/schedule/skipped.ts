/** Sorts the boxes of tasks by what statistics say of their cells: ruled out, passing, to be tested. Called by `schedule.ts`. */
import { everyPart, includesParts } from '../model/filter-parts.js'
import { type GridScan, rangeTotal, type TaskSpace, type Verdicts, verdict } from '../model/job.js'
import { type Box, cellCount, type Dimension } from '../model/schema.js'
import { decidedAt, decidedUnder, everyBoxUnder, isSkipped } from '../operator/piece.js'
import { eachPlace } from '../statistics/lattice.js'

export interface SortedBoxes {
  readonly tasks: TaskSpace
  /** The sets of parts of the filter that need not be tested in some boxes, those of most parts first. */
  readonly decided: readonly number[]
  /** The verdicts, but where boxes are tested of which only some cells need it: there all do. */
  readonly verdicts: Verdicts | undefined
}

/** Sets of parts beside that of all: each is compiled. */
const mostSets = 3

/**
 * Leaves out those of which statistics have ruled out all cells. `inOrder`: the others have to stay in C order. `saving`: of
 * sets of parts of the filter those that are worth while not to be tested (`savingSets`).
 */
export function sortBoxes(tasks: TaskSpace, scan: GridScan, inOrder: boolean, saving: Uint8Array): SortedBoxes {
  const { verdicts, predicate } = scan
  const isOf = (test: (code: number) => boolean) => verdicts?.codes.some(test) === true
  const mayPass = predicate !== undefined && (verdicts?.decided !== undefined || isOf((code) => code === verdict.all))
  if (!verdicts || !(mayPass || isOf((code) => code >= verdict.none))) {
    return { tasks, decided: [], verdicts: undefined }
  }
  const left: number[] = []
  /** What need not be tested in each box, by its number. */
  const sets = new Uint8Array(cellCount(tasks.kept.map(rangeTotal)))
  eachBox(tasks, scan, (box, number) => {
    if (isSkipped(verdicts, box)) return
    left.push(number)
    const own = mayPass ? decidedUnder(verdicts, box) : 0
    sets[number] = own === everyPart ? own : (saving[own] ?? 0)
  })
  // Rows are tested cell by cell: of a box some may pass for certain.
  const isPieceWise = inOrder && isOf((code) => code === verdict.all)
  const decided = setsOf(left, sets, isPieceWise)
  for (const number of left) {
    sets[number] = decided.find((set) => includesParts(sets[number] as number, set)) ?? 0
  }
  const marks = new Marks(verdicts, isPieceWise)
  if (mayPass) eachBox(tasks, scan, (box, number) => marks.leave(box, sets[number] as number))
  const groups = inOrder ? [left] : [...decided, 0].map((set) => left.filter((number) => sets[number] === set))
  const alike = groups.map(({ length }) => length)
  const listed = Float64Array.from(groups.flat())
  return { tasks: { ...tasks, boxes: listed.length, listed, alike }, decided, verdicts: marks.verdicts }
}

/** The set of all parts where some boxes have it or `withAll`, and of others those of most boxes; those of most parts first. */
function setsOf(boxes: readonly number[], sets: Uint8Array, withAll: boolean): number[] {
  const counts = new Float64Array(everyPart + 1)
  for (const number of boxes) {
    const set = sets[number] as number
    counts[set] = (counts[set] as number) + 1
  }
  const some = [...counts.keys()].filter((set) => set !== 0 && set !== everyPart && (counts[set] as number) > 0)
  const most = some.sort((a, b) => (counts[b] as number) - (counts[a] as number)).slice(0, mostSets)
  const all = withAll || (counts[everyPart] as number) > 0 ? [everyPart] : []
  return [...all, ...most.sort((a, b) => partsIn(b) - partsIn(a) || a - b)]
}

function partsIn(set: number): number {
  return set.toString(2).replaceAll('0', '').length
}

/** Verdicts as boxes are run: where one is tested for the sake of some of its cells, so are all of them. */
class Marks {
  readonly #codes: Uint8Array
  #decided: Uint8Array | undefined

  /** `keepsPassing`: cells that pass are not tested for the sake of others of their box. */
  constructor(
    readonly of: Verdicts,
    readonly keepsPassing: boolean,
  ) {
    this.#codes = of.codes.slice()
    this.#decided = of.decided?.slice()
  }

  get verdicts(): Verdicts {
    return {
      ...this.of,
      codes: this.#codes,
      decided: this.#decided?.some((set) => set !== 0) ? this.#decided : undefined,
    }
  }

  /** Under a box only these parts are left out. A lattice box may lie under several: then those that are left out in all. */
  leave(box: Box, set: number): void {
    if (set === everyPart) return
    everyBoxUnder(this.of, box, (number) => {
      const code = this.#codes[number] as number
      if (code >= verdict.none || (this.keepsPassing && code === verdict.all)) return true
      const before = decidedAt({ codes: this.#codes, decided: this.#decided }, number)
      this.#codes[number] = verdict.maybe
      if (set !== 0) this.#decided ??= new Uint8Array(this.#codes.length)
      if (this.#decided) this.#decided[number] = before & set
      return true
    })
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
