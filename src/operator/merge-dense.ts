/** The last step of a dense reduction: lays partials into the whole space of codes. */
import type { Answered, DimensionCodes, PartialBody } from '../model/job.js'
import type { NamedAggregate, NamedExpression } from '../model/plan.js'
import { cellCount } from '../model/schema.js'
import { take } from '../model/vector.js'
import type { Rows } from './rows.js'
import { cStrides } from './select-cells.js'
import type { Groups, StateArrays } from './state-arrays.js'

export class MergeDense {
  readonly #shape: readonly number[]
  readonly #strides: readonly number[]
  #empty = true

  /** `dims` in loop order, as in the partials; `presence`: see LoopPlan. */
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
    const shape = partial.codes.map(({ length }) => length)
    const whole = wholeFrom(shape, this.#shape)
    // From axis `whole` on everything lies together in both, and before it what has codes that follow each other.
    const inner = cellCount(shape.slice(whole))
    const runs = runsOf(partial.codes[whole - 1] ?? Int32Array.of(0))
    const stride = whole > 0 ? (this.#strides[whole - 1] as number) : 0
    let from = 0
    for (const to of this.#places(partial.codes.slice(0, Math.max(0, whole - 1)))) {
      for (const [code, length] of runs) {
        this.states.combine(placed, from, to + code * stride, length * inner)
        from += length * inner
      }
    }
    machine.release(mark)
  }

  /** States of single groups, anywhere. */
  absorbStates({ groups, fields }: Answered): void {
    const { machine } = this.states
    this.#empty = false
    const mark = machine.mark()
    const placed = this.states.place(fields)
    const codes = machine.allocate(groups.byteLength)
    machine.bytes.set(new Uint8Array(groups.buffer, groups.byteOffset, groups.byteLength), codes)
    this.states.combine(placed, 0, 0, groups.length, codes)
    machine.release(mark)
  }

  /** Where each combination of the codes of leading dimensions begins. */
  #places(codes: readonly Int32Array[]): number[] {
    return codes.reduce(
      (places, own, axis) => {
        const stride = this.#strides[axis] as number
        return places.flatMap((place) => Array.from(own, (code) => place + code * stride))
      },
      [0],
    )
  }

  /** What was merged as one partial; `codes`: those that the codes of the dimensions are numbers of. */
  partial(codes: readonly Int32Array[]): PartialBody {
    return { kind: 'dense', codes, fields: this.states.arrays(cellCount(this.#shape)) }
  }

  /** One row per group that a row entered; without keys exactly one. */
  result(keys: readonly NamedExpression[], aggregates: readonly NamedAggregate[]): Rows {
    const groups = this.#groups()
    const length = typeof groups === 'number' ? groups : groups.length
    const columns = new Map(this.states.results(groups, aggregates))
    const codes = new Int32Array(length)
    this.dims.forEach((dim, axis) => {
      writeCodes(codes, groups, this.#strides[axis] as number, dim.count)
      for (const { key, values } of dim.keys) columns.set((keys[key] as NamedExpression).id, take(values, codes))
    })
    return { length, columns }
  }

  /** Codes are those of selected indexes: where every cell passes, each combination has a row. */
  #groups(): Groups {
    const most = cellCount(this.#shape)
    if (this.dims.length === 0) return 1
    if (this.#empty) return 0
    return this.presence === undefined ? most : this.states.present(most, this.presence)
  }
}

/** The code of each group along one dimension. */
function writeCodes(codes: Int32Array, groups: Groups, stride: number, count: number): void {
  const listed = typeof groups === 'number' ? undefined : groups
  for (let i = 0; i < codes.length; i++) codes[i] = (((listed ? (listed[i] as number) : i) / stride) | 0) % count
}

/** The first axis from which on all axes are whole. */
function wholeFrom(shape: readonly number[], all: readonly number[]): number {
  let axis = shape.length
  while (axis > 0 && shape[axis - 1] === all[axis - 1]) axis--
  return axis
}

/** Codes that follow each other: the first, and how many. */
function runsOf(codes: Int32Array): [first: number, length: number][] {
  const runs: [number, number][] = []
  let end = -1
  for (const code of codes) {
    if (code === end) (runs.at(-1) as [number, number])[1]++
    else runs.push([code, 1])
    end = code + 1
  }
  return runs
}
