/** The last step of a dense reduction: lays the boxes of partials into the whole space of codes. */
import type { DimensionCodes, PartialBody } from '../model/job.js'
import type { NamedAggregate, NamedExpression } from '../model/plan.js'
import { boxShape, cellCount } from '../model/schema.js'
import { take } from '../model/vector.js'
import type { Rows } from './rows.js'
import { cStrides } from './select-cells.js'
import type { StateArrays } from './state-arrays.js'

export class MergeDense {
  readonly #shape: readonly number[]
  readonly #strides: readonly number[]
  #empty = true

  /** `dims` in loop order, as in the boxes of the partials; `presence`: see LoopPlan. */
  constructor(
    readonly states: StateArrays,
    readonly dims: readonly DimensionCodes[],
    readonly presence: number | undefined,
  ) {
    this.#shape = dims.map(({ count }) => count)
    this.#strides = cStrides(this.#shape)
    states.reserve(cellCount(this.#shape))
  }

  /** In task order. */
  absorb(partial: Extract<PartialBody, { kind: 'dense' }>): void {
    const { machine } = this.states
    this.#empty = false
    const mark = machine.mark()
    const placed = this.states.place(partial.fields)
    const shape = boxShape(partial.box)
    const whole = wholeFrom(shape, this.#shape)
    // Everything from axis `whole` on lies together in both.
    const count = cellCount(shape.slice(whole))
    const rows = cellCount(shape.slice(0, whole))
    const outer = cStrides(shape.slice(0, whole))
    for (let row = 0; row < rows; row++) {
      let to = 0
      for (let axis = 0; axis < shape.length; axis++) {
        const index = axis < whole ? Math.floor(row / (outer[axis] as number)) % (shape[axis] as number) : 0
        to += ((partial.box.start[axis] as number) + index) * (this.#strides[axis] as number)
      }
      this.states.combine(placed, row * count, to, count)
    }
    machine.release(mark)
  }

  /** One row per group that a row entered; without keys exactly one. */
  result(keys: readonly NamedExpression[], aggregates: readonly NamedAggregate[]): Rows {
    const groups = this.#groups()
    const columns = new Map(this.states.results(groups, aggregates))
    this.dims.forEach((dim, axis) => {
      const stride = this.#strides[axis] as number
      const codes = codesOf(groups, stride, dim.count)
      for (const { key, values } of dim.keys) columns.set((keys[key] as NamedExpression).id, take(values, codes))
    })
    return { length: groups.length, columns }
  }

  /** Codes are those of selected indexes: where every cell passes, each combination has a row. */
  #groups(): Int32Array {
    const most = cellCount(this.#shape)
    if (this.dims.length === 0) return Int32Array.of(0)
    if (this.#empty) return new Int32Array(0)
    if (this.presence !== undefined) return this.states.present(most, this.presence)
    const all = new Int32Array(most)
    for (let group = 0; group < most; group++) all[group] = group
    return all
  }
}

/** The code of each group along one dimension. */
function codesOf(groups: Int32Array, stride: number, count: number): Int32Array {
  const codes = new Int32Array(groups.length)
  for (let i = 0; i < codes.length; i++) codes[i] = (((groups[i] as number) / stride) | 0) % count
  return codes
}

/** The first axis such that all axes after it are whole: from the one before on, boxes are contiguous. */
function wholeFrom(shape: readonly number[], all: readonly number[]): number {
  let axis = shape.length
  while (axis > 0 && shape[axis - 1] === all[axis - 1]) axis--
  return Math.max(0, axis - 1)
}
