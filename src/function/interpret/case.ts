/** CASE over batches: each condition sees the rows that earlier ones left, each result the rows that it is for. */
import type { Case } from '../../model/expression.js'
import { assemble, type Evaluate, type Frame, narrowed, type Operand } from './frame.js'

/** `undefined` = all rows of the frame. */
type Rows = Int32Array | undefined

export function evaluateCase({ branches, otherwise, type }: Case, frame: Frame, evaluate: Evaluate): Operand {
  const result = assemble(type, frame.length)
  let left: Rows
  for (const { when, result: then } of branches) {
    const { matching, others } = split(evaluate(when, within(frame, left)), left, frame.length)
    if (matching?.length !== 0) result.put(evaluate(then, within(frame, matching)), matching)
    left = others
    if (left?.length === 0) return result.result()
  }
  result.put(evaluate(otherwise, within(frame, left)), left)
  return result.result()
}

function within(frame: Frame, rows: Rows): Frame {
  return rows ? narrowed(frame, rows) : frame
}

const none = new Int32Array(0)

/** The rows where a condition is TRUE, and the others. */
function split({ values, valid, stride, type }: Operand, rows: Rows, length: number): { matching: Rows; others: Rows } {
  const count = rows?.length ?? length
  const isTrue = (i: number) => type.kind !== 'null' && values[i * stride] === 1 && valid?.[i * stride] !== 0
  if (stride === 0) return isTrue(0) ? { matching: rows, others: none } : { matching: none, others: rows }
  const matching: number[] = []
  const others: number[] = []
  for (let i = 0; i < count; i++) (isTrue(i) ? matching : others).push(rows ? (rows[i] as number) : i)
  if (others.length === 0) return { matching: rows, others: none }
  if (matching.length === 0) return { matching: none, others: rows }
  return { matching: Int32Array.from(matching), others: Int32Array.from(others) }
}
