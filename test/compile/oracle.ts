/** What a nest must compute, cell by cell in JavaScript, by the meaning (`evaluate`) of each function. Called by the tests of compile. */
import { castMeaning } from '../../src/function/cast.js'
import { builtins } from '../../src/function/registry.js'
import { isChunkQLError } from '../../src/model/error.js'
import { type Expression, isNullConstant } from '../../src/model/expression.js'
import type { Accumulator, Nest } from '../../src/model/nest.js'
import type { Value } from '../../src/model/type.js'
import { type Vector, valueAt } from '../../src/model/vector.js'
import type { Task } from './frame.js'

export type Cell = (column: number) => Value

export function evaluate(expression: Expression, cell: Cell): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'column':
      return cell(expression.column)
    case 'cast': {
      const value = evaluate(expression.arg, cell)
      const meaning = castMeaning(expression.arg.type, expression.type, expression.attempt === true)
      return value === null || !meaning ? null : meaning.evaluate(value)
    }
    case 'case': {
      const branch = expression.branches.find(({ when }) => evaluate(when, cell) === true)
      return evaluate(branch ? branch.result : expression.otherwise, cell)
    }
    case 'in': {
      const value = evaluate(expression.arg, cell)
      if (value === null) return null
      const found = expression.values.some((item) => item !== null && Object.is(norm(item), norm(value)))
      return found || (expression.values.includes(null) ? null : false)
    }
    case 'call':
      return evaluateCall(expression, cell)
    default:
      return expression satisfies never
  }
}

const norm = (value: Value): Value => (value === 0 ? 0 : value)

function evaluateCall({ function: name, args, type }: Expression & { kind: 'call' }, cell: Cell): Value {
  const definition = builtins.scalarFunction(name)
  if (!definition) throw new Error(`no function ${name}`)
  if (definition.nulls !== 'own' && args.some(isNullConstant)) return null
  const values: Value[] = []
  for (const arg of args) {
    const value = evaluate(arg, cell)
    values.push(value)
    if (definition.lazy === 'until-false' && value === false) return false
    if (definition.lazy === 'until-true' && value === true) return true
  }
  if (definition.nulls !== 'own' && values.includes(null)) return null
  return definition.evaluate({ args: args.map((arg) => arg.type), result: type })(...values)
}

export interface Visit {
  readonly row: number
  readonly cell: number
  readonly ordinal: number
  readonly rowCode: number
  readonly runCode: number
  readonly runStart: number
}

/** The cells of a call in loop order. */
export function* visits({ rows, runs }: Task): Generator<Visit> {
  let ordinal = 0
  for (const [row, rowCode] of rows) {
    for (const [runStart, cells, runCode] of runs) {
      for (let cell = runStart; cell < runStart + cells; cell++) {
        yield { row, cell, ordinal: ordinal++, rowCode, runCode, runStart }
      }
    }
  }
}

export type Columns = ReadonlyMap<
  number,
  { readonly vector: Vector; readonly rowStride: number; readonly cellStride: number }
>

export function cellOf(columns: Columns, { row, cell }: Visit): Cell {
  return (id) => {
    const column = columns.get(id)
    if (!column) throw new Error(`no column ${id}`)
    return valueAt(column.vector, row * column.rowStride + cell * column.cellStride)
  }
}

/** For each accumulator the values of its arguments that count, in order; and how many rows there were. */
export interface Group {
  rows: number
  readonly values: Value[][][]
}

export interface Expected {
  readonly groups: ReadonlyMap<number, Group>
  readonly errorAt: readonly [row: number, cell: number] | undefined
}

export function expectedOf(nest: Nest, columns: Columns, task: Task, groupOf: (visit: Visit) => number): Expected {
  const groups = new Map<number, Group>()
  const accumulators = nest.sink.kind === 'reduce' ? nest.sink.accumulators : []
  for (const visit of visits(task)) {
    const group = groupOf(visit)
    if (group < 0) continue
    try {
      step(nest, accumulators, cellOf(columns, visit), groups, group)
    } catch (error) {
      if (!isChunkQLError(error)) throw error
      return { groups, errorAt: [visit.row, visit.cell] }
    }
  }
  return { groups, errorAt: undefined }
}

function step(
  nest: Nest,
  accumulators: readonly Accumulator[],
  cell: Cell,
  groups: Map<number, Group>,
  index: number,
): void {
  if (nest.predicate && evaluate(nest.predicate, cell) !== true) return
  const known = groups.get(index)
  const group = known ?? { rows: 0, values: accumulators.map(() => []) }
  if (!known) groups.set(index, group)
  group.rows++
  accumulators.forEach(({ args, filter }, i) => {
    if (filter && evaluate(filter, cell) !== true) return
    const values = args.map((arg) => evaluate(arg, cell))
    if (!values.includes(null)) group.values[i]?.push(values)
  })
}
