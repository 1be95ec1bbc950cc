/** AND, OR, COALESCE: later arguments are evaluated only over the rows that the earlier ones left open. */
import type { Call, Expression } from '../../model/expression.js'
import type { ScalarFunction } from '../definition.js'
import { assemble, type Evaluate, type Frame, narrowed, type Operand } from './frame.js'

type Lazy = NonNullable<ScalarFunction['lazy']>

export function evaluateLazily(lazy: Lazy, call: Call, frame: Frame, evaluate: Evaluate): Operand {
  return lazy === 'until-value'
    ? firstValue(call, frame, evaluate)
    : junction(call, frame, evaluate, lazy === 'until-true')
}

/** The truth of a row so far. */
const [FALSE, TRUE, NULL] = [0, 1, 2] as const

/** AND; or OR, which is AND over negations. A row is decided by the first argument that is FALSE (for OR: TRUE). */
function junction({ args, type }: Call, frame: Frame, evaluate: Evaluate, isOr: boolean): Operand {
  const { length } = frame
  const truth = new Uint8Array(length).fill(TRUE)
  let open: Int32Array | undefined
  for (const [k, arg] of args.entries()) {
    if (open?.length === 0) break
    const rows = open && mayFail(arg) ? open : undefined
    const part = evaluate(arg, rows ? narrowed(frame, rows) : frame)
    meet(truth, part, rows, isOr)
    if (args.slice(k + 1).some(mayFail)) open = undecided(truth)
  }
  return fromTruth(truth, type, isOr)
}

function meet(truth: Uint8Array, part: Operand, rows: Int32Array | undefined, isOr: boolean): void {
  const { values, valid, stride, type } = part
  const count = rows?.length ?? truth.length
  const deciding = isOr ? 1 : 0
  const isNull = type.kind === 'null'
  for (let i = 0; i < count; i++) {
    const row = rows ? (rows[i] as number) : i
    const at = i * stride
    if (isNull || (valid && valid[at] === 0)) {
      if (truth[row] === TRUE) truth[row] = NULL
    } else if (values[at] === deciding) truth[row] = FALSE
  }
}

function undecided(truth: Uint8Array): Int32Array | undefined {
  let count = 0
  for (let i = 0; i < truth.length; i++) if (truth[i] !== FALSE) count++
  if (count === truth.length) return undefined
  const rows = new Int32Array(count)
  let next = 0
  for (let i = 0; i < truth.length; i++) if (truth[i] !== FALSE) rows[next++] = i
  return rows
}

function fromTruth(truth: Uint8Array, type: Call['type'], isOr: boolean): Operand {
  const values = new Uint8Array(truth.length)
  let valid: Uint8Array | undefined
  for (let i = 0; i < truth.length; i++) {
    values[i] = (truth[i] === TRUE) !== isOr ? 1 : 0
    if (truth[i] === NULL) {
      valid ??= new Uint8Array(truth.length).fill(1)
      valid[i] = 0
    }
  }
  return { type, values, valid, stride: 1 }
}

const safeNames = new Set(['=', '<>', '<', '<=', '>', '>=', 'and', 'or', 'not', 'is_null'])

/** Whether evaluating it over rows that don't count could raise an error; comparisons of columns can't. */
function mayFail(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return false
    case 'in':
      return mayFail(expression.arg)
    case 'call':
      return !safeNames.has(expression.function) || expression.args.some(mayFail)
    default:
      return true
  }
}

/** COALESCE. */
function firstValue({ args, type }: Call, frame: Frame, evaluate: Evaluate): Operand {
  const result = assemble(type, frame.length)
  let open: Int32Array | undefined
  for (const arg of args) {
    const part = evaluate(arg, open ? narrowed(frame, open) : frame)
    result.put(part, open)
    open = stillNull(part, open, frame.length)
    if (open?.length === 0) break
  }
  return result.result()
}

/** The rows that a part left NULL; undefined = all rows of the frame. */
function stillNull({ type, valid, stride }: Operand, rows: Int32Array | undefined, length: number) {
  const count = rows?.length ?? length
  if (type.kind === 'null') return rows
  if (!valid) return new Int32Array(0)
  const left: number[] = []
  for (let i = 0; i < count; i++) if (valid[i * stride] === 0) left.push(rows ? (rows[i] as number) : i)
  return left.length === length ? undefined : Int32Array.from(left)
}
