/** `x IN (constants)` over batches, by a set. */
import type { InList } from '../../model/expression.js'
import { BOOLEAN, type Value } from '../../model/type.js'
import { keyOfValue } from '../../model/value-key.js'
import { vectorOf } from '../../model/vector.js'
import {
  constantOperand,
  type Evaluate,
  type Frame,
  isConstantNull,
  type Operand,
  operandOf,
  spreadCoded,
} from './frame.js'

/** A Set finds NaN, and takes -0 for 0, as SQL does. NULL in the list leaves open what it does not hold. */
export function evaluateIn(list: InList, frame: Frame, evaluate: Evaluate): Operand {
  const arg = evaluate(list.arg, frame)
  if (isConstantNull(arg)) return constantOperand(BOOLEAN, null)
  if (!arg.coded) return isMember(list, arg, frame.length)
  const different = operandOf(vectorOf(arg.type, arg.coded.values))
  return spreadCoded(isMember(list, different, arg.coded.values.length), arg.coded)
}

function isMember(list: InList, arg: Operand, rows: number): Operand {
  const members = new Set(
    list.values
      .filter((value) => value !== null)
      .map(stored)
      .map(keyOfValue),
  )
  const length = arg.stride === 0 ? 1 : rows
  const values = new Uint8Array(length)
  const from = arg.values as ArrayLike<Value>
  for (let row = 0; row < length; row++) values[row] = members.has(keyOfValue(from[row] as Value)) ? 1 : 0
  return {
    type: BOOLEAN,
    values,
    valid: list.values.includes(null) ? knownRows(values, arg) : arg.valid,
    stride: arg.stride,
  }
}

/** Booleans lie in memory as 0 and 1. */
const stored = (value: Value): Value => (typeof value === 'boolean' ? Number(value) : value)

function knownRows(matches: Uint8Array, { valid }: Operand): Uint8Array {
  return matches.map((match, row) => (valid ? match & (valid[row] ?? 0) : match))
}
