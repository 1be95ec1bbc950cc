/** GROUP BY over rows, by the interpreter: the oracle for compiled reductions, and the way for what has no code. */
import { accumulatorOf, type RowAccumulator } from '../function/accumulate.js'
import { interpret } from '../function/interpret.js'
import type { Registry } from '../function/registry.js'
import { ChunkQLError } from '../model/error.js'
import type { AggregateCall, ColumnId, Expression } from '../model/expression.js'
import type { PartialBody } from '../model/job.js'
import type { NamedAggregate, NamedExpression } from '../model/plan.js'
import type { Value } from '../model/type.js'
import { type Vector, valueAt, vectorOf } from '../model/vector.js'
import { Grouping } from './grouping.js'
import { columnOf, type Rows, takeRows, trueRows } from './rows.js'

interface Call {
  readonly call: AggregateCall
  readonly accumulator: RowAccumulator
  readonly states: unknown[]
}

/** Rows between two looks at the size of the states. */
const rowsPerCheck = 1_000_000

export class GroupRows {
  readonly #grouping: Grouping
  readonly #calls: readonly Call[]
  #unchecked = 0

  constructor(
    readonly keys: readonly NamedExpression[],
    readonly aggregates: readonly NamedAggregate[],
    readonly registry: Registry,
    /** Bytes that the states may take. */
    readonly memory: number,
  ) {
    this.#grouping = new Grouping(keys.map((key) => key.expression.type))
    this.#calls = aggregates.map(({ call }) => ({ call, accumulator: accumulatorOf(call, registry), states: [] }))
    if (keys.length === 0) this.#group([], 1)
  }

  consume(rows: Rows): void {
    const keys = this.keys.map((key) => this.#evaluate(key.expression, rows))
    const groups = this.#group(keys, rows.length)
    for (const call of this.#calls) this.#update(call, rows, groups)
    this.#check(rows.length)
  }

  /** Adds what another one of the same shape left behind; must be called in task order. */
  absorb(partial: Extract<PartialBody, { kind: 'groups' }>): void {
    const length = partial.keys[0]?.length ?? 1
    const groups = this.#group(partial.keys, length)
    this.#calls.forEach(({ accumulator, states }, k) => {
      for (let row = 0; row < length; row++) {
        const group = groups[row] as number
        const other = accumulator.deserialize(partial.states[k]?.[row])
        states[group] = accumulator.merge(states[group], other)
      }
    })
    this.#check(rowsPerCheck)
  }

  /** Exact quantiles keep all their values: refused with the figure before the system runs out. */
  #check(rows: number): void {
    this.#unchecked += rows
    if (this.#unchecked < rowsPerCheck) return
    this.#unchecked = 0
    let bytes = this.#grouping.count * 64
    for (const { accumulator, states } of this.#calls) for (const state of states) bytes += accumulator.size(state)
    if (bytes <= this.memory) return
    const names = this.aggregates.map(({ name }) => name).join(', ')
    const message = `the states of ${names} take ${Math.ceil(bytes / 1e6)} MB, the limit is ${Math.floor(this.memory / 1e6)} MB`
    throw new ChunkQLError('memory', message, {
      hint: 'raise it with SET memory_limit, or group and filter more narrowly',
    })
  }

  partial(): Extract<PartialBody, { kind: 'groups' }> {
    const states = this.#calls.map(({ accumulator, states }) => states.map((state) => accumulator.serialize(state)))
    return { kind: 'groups', keys: this.#grouping.keys(), states }
  }

  result(): Rows {
    const columns = new Map<ColumnId, Vector>()
    const keys = this.#grouping.keys()
    this.keys.forEach((key, k) => {
      columns.set(key.id, keys[k] as Vector)
    })
    this.aggregates.forEach(({ id, call }, k) => {
      const { accumulator, states } = this.#calls[k] as Call
      columns.set(
        id,
        vectorOf(
          call.type,
          states.map((state): Value => accumulator.finalize(state)),
        ),
      )
    })
    return { length: this.#grouping.count, columns }
  }

  #group(keys: readonly Vector[], length: number): Int32Array {
    const groups = this.#grouping.find(keys, length)
    for (const { accumulator, states } of this.#calls) {
      while (states.length < this.#grouping.count) states.push(accumulator.init())
    }
    return groups
  }

  #update({ call, accumulator, states }: Call, rows: Rows, groups: Int32Array): void {
    const passed = call.filter && trueRows(this.#evaluate(call.filter, rows))
    if (passed?.length === 0) return
    const seen = passed ? takeRows(rows, passed) : rows
    const args = call.args.map((arg) => this.#evaluate(arg, seen))
    const own = passed ? passed.map((row) => groups[row] as number) : groups
    if (accumulator.updateAll) {
      accumulator.updateAll(states, own, args)
      return
    }
    const [only] = args
    for (let row = 0; row < seen.length; row++) {
      const group = own[row] as number
      // Nearly all aggregates have one argument: a list for each row would cost more than most of them.
      states[group] =
        only && args.length === 1
          ? accumulator.update(states[group], valueAt(only, row))
          : args.length === 0
            ? accumulator.update(states[group])
            : accumulator.update(states[group], ...args.map((arg) => valueAt(arg, row)))
    }
  }

  #evaluate(expression: Expression, rows: Rows): Vector {
    return interpret(expression, columnOf(rows), rows.length, this.registry)
  }
}
