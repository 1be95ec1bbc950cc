/** What a function is: one object from which folding, the interpreter, wasm, pruning, tests and the reference are made. */
import type { Attributes } from '../model/attribute.js'
import type { Code, CodeType, Emitted } from '../model/code.js'
import type { Expression } from '../model/expression.js'
import type { Interval } from '../model/interval.js'
import type { Type, Value } from '../model/type.js'
import type { NumericArray, Vector } from '../model/vector.js'

/** Argument types after implicit casts, and the type of the result. */
export interface Signature {
  readonly args: readonly Type[]
  readonly result: Type
}

/** What a caller has: its type, and whether it is a number written in the query (which adapts). */
export interface Argument {
  readonly type: Type
  readonly literal?: Value | undefined
  readonly adaptable?: true | undefined
}

export interface Example {
  /** An expression without FROM, e.g. `floor(-1.5)`. */
  readonly sql: string
  /** Its result as the CLI prints it, e.g. `-2.0`. */
  readonly result: string
}

export interface ScalarFunction {
  readonly name: string
  readonly aliases?: readonly string[]
  /** Reference text: one sentence in the present tense. */
  readonly summary: string
  /** How it is written, e.g. `round(x [, digits])`. */
  readonly usage: string
  /**
   * The last argument as a text, where the query leaves it out and the first is a column: what attributes of it say.
   * undefined where they say nothing.
   */
  fromAttributes?(attributes: Attributes): string | undefined
  readonly category: 'operator' | 'comparison' | 'logic' | 'numeric' | 'date' | 'text' | 'list' | 'conditional' | 'user'
  /** The types it takes, or undefined where it takes no such arguments: the binder then lists `usage`. */
  resolve(args: readonly Argument[]): Signature | undefined
  /** 'propagate' (default): any NULL argument gives NULL and `evaluate`, `emit` never see one. 'own': they see NULLs. */
  readonly nulls?: 'propagate' | 'own'
  /** The meaning. The closure is made once per signature and called per row. Throws ChunkQLError('value', ...) on overflow or domain errors. */
  evaluate(signature: Signature): (...args: Value[]) => Value
  /**
   * Later arguments are evaluated only for rows where no earlier one was FALSE, was TRUE, or was not NULL: their errors
   * do not count for other rows. Absent: all arguments are evaluated for all rows.
   */
  readonly lazy?: 'until-false' | 'until-true' | 'until-value'
  /**
   * Sugar: the expression that the binder puts in place of a call over these bound arguments (before casts); `evaluate`
   * remains as the meaning. For functions that are CASE in other words.
   */
  expand?(args: readonly Expression[], signature: Signature): Expression
  /**
   * Code with the same meaning, or undefined where there is none for this signature. With nulls 'propagate' the caller
   * adds the validity of the arguments to that of the result. `errors` are the function's own, not those of its arguments.
   */
  emit?(args: readonly Emitted[], signature: Signature): Emitted | undefined
  /** Sound bounds of the result given bounds of the arguments; undefined = unknown. */
  bounds?(args: readonly Interval[], signature: Signature): Interval | undefined
  readonly examples: readonly Example[]
}

export interface StateField {
  readonly name: string
  readonly type: CodeType
  /** Value before the first row; the identity of `combine`. */
  readonly init: number | bigint
}

interface AggregateBase {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly usage: string
  resolve(args: readonly Argument[]): Signature | undefined
  readonly examples: readonly Example[]
  /** Used instead where an argument's type has no code (VARCHAR). */
  readonly interpreted?: HolisticAggregate
  /** What stands behind the first argument must be a constant: it is the same for all rows. */
  readonly constants?: true
  /** The result depends on the order of the rows: it is given them in the order of the grid. */
  readonly ordered?: true
  /**
   * Of one that is `ordered`: the distributive aggregate that may be given the rows in any order, as it takes the place of
   * each row in the grid (a DOUBLE) behind the arguments. Absent: there is none, and the rows are sorted first.
   */
  readonly byPosition?: string
}

/**
 * A faster way to take in many rows of one group: sums around a center that stays the same meanwhile.
 * The sums begin at 0 and those of parts of the rows are added.
 */
export interface BlockForm {
  sums(signature: Signature): readonly StateField[]
  /** From the state before these rows. */
  center(state: readonly Code[]): Code
  step(sums: readonly Code[], args: readonly Code[], center: Code): readonly Code[]
  /** The state that these rows alone amount to. */
  close(sums: readonly Code[], center: Code): readonly Code[]
  /** Where the sums have lost too many digits: the center around which the rows are taken in again, once. */
  retry(sums: readonly Code[], center: Code): { readonly when: Code; readonly center: Code }
}

/**
 * What statistics say of the values of one chunk. `min` and `max` are those of values that are not NaN; they and the sum are
 * numbers of floats, else the bits as a signed number of 64 bits.
 */
export interface Facts {
  readonly cells: number
  readonly nulls: number
  readonly nans: number
  readonly min: number | bigint
  readonly max: number | bigint
  /** Whether what follows is known. */
  readonly hasMoments: boolean
  readonly sum: number | bigint
  readonly sumHigh: bigint
  readonly mean: number
  readonly m2: number
}

/** count, sum, min, max, moments: a tuple of scalars with a step and a merge, both as code. Rows with a NULL argument are not stepped. */
export interface DistributiveAggregate extends AggregateBase {
  readonly kind: 'distributive'
  state(signature: Signature): readonly StateField[]
  /** The state after one more row. */
  step(state: readonly Code[], args: readonly Code[], signature: Signature): readonly Code[]
  readonly block?: BlockForm
  /** The state of both; `b` stands later in task order. */
  combine(a: readonly Code[], b: readonly Code[], signature: Signature): readonly Code[]
  /** The result; validity false gives NULL. */
  finish(state: readonly Code[], signature: Signature): Emitted
  /** The state of a chunk whose cells all count, by its fields; undefined where the facts do not tell. */
  fromStatistics?(facts: Facts, signature: Signature): readonly (number | bigint)[] | undefined
}

/** avg, variance, correlation: computed from distributive parts over the same arguments, shared between aggregates. */
export interface AlgebraicAggregate extends AggregateBase {
  readonly kind: 'algebraic'
  /** Names of distributive aggregates (those of parts that users do not call begin with `$`) with the indexes of the arguments that each takes. */
  parts(signature: Signature): readonly { readonly aggregate: string; readonly args: readonly number[] }[]
  /** The result from the states of the parts, in their order. */
  finish(states: readonly (readonly Code[])[], signature: Signature): Emitted
}

/** median, and what users define: state of any shape, kept in JavaScript; the query is interpreted. */
export interface HolisticAggregate<State = unknown> extends AggregateBase {
  readonly kind: 'holistic'
  /** 'skip' (default): rows with a NULL argument do not reach `update`. */
  readonly nulls?: 'skip' | 'own'
  init(signature: Signature): State
  /** May change and return the state given. */
  update(state: State, ...args: Value[]): State
  /** The same as `update` row by row, NULLs skipped: row i of the arguments goes to states[groups[i]]. Only where NULLs are skipped. */
  updateAll?(states: State[], groups: Int32Array, args: readonly Vector[]): void
  /**
   * Where the result depends on nothing but the values of the first argument that are not NULL, in any order: the result
   * of all those of a group, as an array of its type that may be changed. `rest`: the constants behind it. Then numbers
   * are collected by compiled loops, and no states are made.
   */
  ofValues?(signature: Signature, rest: readonly Value[]): (values: NumericArray) => Value
  merge(a: State, b: State): State
  finalize(state: State, signature: Signature): Value
  /** Structured-cloneable form for the way between threads; identity where absent. */
  serialize?(state: State): unknown
  deserialize?(data: unknown): State
  /** Bytes that a state takes, for the memory limit. */
  size?(state: State): number
}

export type AggregateFunction = DistributiveAggregate | AlgebraicAggregate | HolisticAggregate
