/**
 * The loop nest: what one compiled body computes over a block of cells, and the frame by which it is called.
 *
 * A body runs two loops: over rows, and over the cells of each row, given as runs. All outer loops belong to the executor.
 * It is called as `run(frame)`, where `frame` is the address of 32-bit words in the memory that the module imports as
 * `env.memory`; kernel functions are imported as `kernel.<name>`.
 */

import type { CodeType } from './code.js'
import type { Expression } from './expression.js'
import type { Encoding } from './schema.js'
import type { Type } from './type.js'

/** How a column moves along the innermost loop: to the next element, not at all, or by the stride in the frame. */
export type Access = 'unit' | 'zero' | 'strided'

export interface NestColumn extends Encoding {
  readonly id: number
  readonly type: Type
  readonly access: Access
}

/** One distributive aggregate with its arguments; equal ones are shared before they come here. */
export interface Accumulator {
  readonly aggregate: string
  readonly args: readonly Expression[]
  readonly filter?: Expression | undefined
  /** Types of the arguments after casts and of the result, as the function resolved them. */
  readonly argTypes: readonly Type[]
  readonly resultType: Type
}

/** How the result of one aggregate comes from accumulators: itself where it is distributive, its parts in order where algebraic. */
export interface Finish {
  readonly aggregate: string
  readonly argTypes: readonly Type[]
  readonly resultType: Type
  /** Indexes of accumulators. */
  readonly parts: readonly number[]
}

export type NestSink =
  /**
   * Adds active cells to groups. Group of a cell = frame.group + row code +
   * register: run code; vector: run code + (cell - run start); scatter: codes[cell], where a negative code skips the cell.
   * With `codes: 'ordinal'` scatter reads codes[ordinal] instead, the ordinal counting all cells of the call as `keys` does,
   * and the states are records (see `StateRecord`): the word of the first field has the address of that of group 0.
   */
  | {
      readonly kind: 'reduce'
      readonly shape: 'register' | 'vector' | 'scatter'
      readonly accumulators: readonly Accumulator[]
      readonly codes?: 'ordinal' | undefined
    }
  /**
   * Writes one record of key words per cell, for the hash table: `width` i64 words at frame.out + ordinal * width * 8,
   * and at frame.codes + ordinal * 4 an i32: 0 for an active cell, -1 for others (their words are not written).
   * ordinal counts all cells of the call in order. Words: see `keyWords`.
   */
  | { readonly kind: 'keys'; readonly keys: readonly Expression[] }
  /**
   * Writes the place of each cell, an i32 at frame.codes + ordinal * 4: the number of the combination of its keys, where all
   * lie in their windows. See `directWord` and `noPlace`. The places or-ed go to frame.count.
   */
  | { readonly kind: 'direct'; readonly keys: readonly Expression[] }
  /**
   * Writes an i32 for each active cell at frame.out, consecutively: frame.group + row code + run code + (cell - run start) * frame.step.
   * Returns through frame.count how many it wrote.
   */
  | { readonly kind: 'select' }

export interface Nest {
  readonly columns: readonly NestColumn[]
  readonly predicate?: Expression | undefined
  readonly sink: NestSink
}

/** One field of an accumulator's state: an array with an element per group. */
export interface Field {
  readonly type: Exclude<CodeType, 'bool'>
  readonly init: number | bigint
  /** The accumulator it belongs to. */
  readonly accumulator: number
}

/**
 * How the fields of one group lie side by side: where cells meet groups in any order, a group is then a line or two of
 * the caches, not one for each field.
 */
export interface StateRecord {
  readonly bytes: number
  /** Where each field stands; absent where no cell changes it: then it keeps its initial value. */
  readonly offsets: readonly (number | undefined)[]
}

/**
 * Words of the frame (offsets in bytes). Rows: pairs (index, code) of i32. Runs: triples (first cell, cells, code) of i32.
 * Address of a column's cell = base + row index * row stride + cell * cell stride.
 */
export const frame = {
  rows: 0,
  rowCount: 4,
  runs: 8,
  runCount: 12,
  group: 16,
  codes: 20,
  out: 24,
  count: 28,
  step: 32,
  /** Set by the body: 0, or 1 + index into the compiled errors, of the first error in loop order. */
  error: 36,
  errorRow: 40,
  errorCell: 44,
  /** Then 3 words per column: base, row stride, cell stride; then 1 word per field: its array's address. */
  columns: 48,
} as const

export function columnWord(column: number): number {
  return frame.columns + column * 12
}

export function fieldWord(columns: number, field: number): number {
  return frame.columns + columns * 12 + field * 4
}

export function frameBytes({ columns, sink }: Nest, fields: number): number {
  // Records have a word also where no cell changes a field.
  return sink.kind === 'direct'
    ? directWord(columns.length, sink.keys.length)
    : fieldWord(columns.length, Math.max(1, fields))
}

/**
 * Four words per key of a direct sink: its least number, how many numbers its window has, and how many places lie from one
 * number to the next; NULL stands behind the last number. The fourth is not the body's: 1 where key records have a double.
 */
export function directWord(columns: number, key: number): number {
  return fieldWord(columns, 4 * key)
}

/** What a direct sink writes for cells without a place: `unknown` of a value that is not whole or not in its window. */
export const noPlace = { inactive: -(2 ** 31), unknown: -(2 ** 30) } as const

/**
 * Words of a key record: word 0 holds a bit per key, set where that key is NULL (its word is then 0);
 * then one word per key: integers and booleans extended to 64 bits, floats as the bits of an f64 with -0 made 0 and one NaN.
 */
export function keyWords(keys: number): number {
  return 1 + keys
}

/**
 * Frame of a combine body, called as `combine(frame)`: merges `count` groups of a state b into a state a that stands
 * earlier in task order. codes = 0: group i of b goes to group i of a; else the address of `count`
 * i32: group i of b goes to group codes[i] of a, negative codes are skipped.
 * Then two words per field: the addresses of a's and b's arrays, moved by the executor where boxes are laid row by row.
 */
export const combineFrame = { count: 0, codes: 4, fields: 8 } as const

export function combineWord(field: number): number {
  return combineFrame.fields + field * 8
}

export function combineFrameBytes(fields: number): number {
  return combineWord(fields)
}

/**
 * Frame of the finish bodies, exported as `finish0`, `finish1` ... one per output and called as `finish0(frame)`:
 * writes `count` results at `values`, laid out as in a Vector of the result type, and as many bytes 0 or 1 at `valid`.
 * groups = 0: result i is that of group i; else the address of `count` i32 and result i is that of group groups[i].
 * Sets `error` (0, or 1 + index into the compiled errors) and `errorGroup` (an i) of the first error.
 * Then one word per field: its array's address.
 */
export const finishFrame = { count: 0, groups: 4, values: 8, valid: 12, error: 16, errorGroup: 20, fields: 24 } as const

export function finishWord(field: number): number {
  return finishFrame.fields + field * 4
}

export function finishFrameBytes(fields: number): number {
  return finishWord(fields)
}
