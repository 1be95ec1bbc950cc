/** What an expression is evaluated over: some rows of the columns. Branches see only the rows that reach them. */
import type { ColumnId, Expression } from '../../model/expression.js'
import type { Type, Value } from '../../model/type.js'
import { allocate, type Coded, take, type Values, type Vector, valueAt, vectorOf } from '../../model/vector.js'
import type { Registry } from '../registry.js'

export interface Frame {
  readonly length: number
  readonly registry: Registry
  column(id: ColumnId): Vector
}

/** A vector of the frame's length, or a single value that stands for all rows. */
export interface Operand {
  /** The same values by number, where few of them repeat. */
  readonly coded?: Coded | undefined
  readonly type: Type
  readonly values: Values
  readonly valid?: Uint8Array | undefined
  /** 1, or 0 where all rows share the one value: row i is at i * stride. */
  readonly stride: 0 | 1
}

export type Evaluate = (expression: Expression, frame: Frame) => Operand

export function constantOperand(type: Type, value: Value): Operand {
  const { values, valid } = vectorOf(type, [value])
  return { type, values, valid, stride: 0 }
}

export function operandOf({ type, values, valid, coded }: Vector): Operand {
  return { type, values, valid, stride: 1, ...(coded && { coded }) }
}

/** An operand over the different values of a coded one, spread to its rows. */
export function spreadCoded({ type, values, valid, stride }: Operand, { numbers, values: different }: Coded): Operand {
  if (stride === 0) return { type, values, valid, stride }
  return operandOf(take({ type, length: different.length, values, valid }, numbers))
}

export function isConstantNull({ stride, valid, type }: Operand): boolean {
  return type.kind === 'null' || (stride === 0 && valid?.[0] === 0)
}

/** The value that stands for all rows. */
export function constantValue({ type, values, valid }: Operand): Value {
  return valueAt({ type, length: 1, values, valid }, 0)
}

/** An operand as a whole vector. */
export function spread({ type, values, valid, stride, coded }: Operand, length: number): Vector {
  if (stride === 1) return { type, length, values, valid, ...(coded && { coded }) }
  const filled = allocate(type, length)
  if (filled instanceof Array) filled.fill(values[0] as string)
  else filled.fill(values[0] as never)
  return { type, length, values: filled, valid: valid && new Uint8Array(length).fill(valid[0] ?? 0) }
}

/** The frame of some of the rows; each column is gathered when it is first read. */
export function narrowed(frame: Frame, rows: Int32Array): Frame {
  const gathered = new Map<ColumnId, Vector>()
  return {
    length: rows.length,
    registry: frame.registry,
    column: (id) => {
      const vector = gathered.get(id) ?? take(frame.column(id), rows)
      gathered.set(id, vector)
      return vector
    },
  }
}

/** A result that is put together from parts, each over some of the rows. */
export interface Assembly {
  /** Without `rows` the part covers all rows. Where parts overlap, what is not NULL in the later one counts. */
  put(part: Operand, rows: Int32Array | undefined): void
  result(): Operand
}

export function assemble(type: Type, length: number): Assembly {
  let whole: Operand | undefined
  let values: unknown[] | undefined
  let valid: Uint8Array | undefined
  const open = () => {
    values ??= allocate(type, length) as unknown[]
    valid ??= new Uint8Array(length)
    return { values, valid }
  }
  return {
    put(part, rows) {
      if (!rows) {
        whole = part.type.kind === 'null' ? constantOperand(type, null) : part
        return
      }
      const into = open()
      if (whole) scatter(whole, undefined, length, into)
      whole = undefined
      scatter(part, rows, length, into)
    },
    result() {
      if (whole) return whole
      const { values, valid } = open()
      return { type, values: values as unknown as Values, valid, stride: 1 }
    },
  }
}

function scatter(
  part: Operand,
  rows: Int32Array | undefined,
  length: number,
  into: { values: unknown[]; valid: Uint8Array },
): void {
  const count = rows?.length ?? length
  const from = part.values as ArrayLike<unknown>
  const isNull = part.type.kind === 'null'
  for (let i = 0; i < count; i++) {
    const at = i * part.stride
    const row = rows ? (rows[i] as number) : i
    if (isNull || part.valid?.[at] === 0) continue
    into.values[row] = from[at]
    into.valid[row] = 1
  }
}

/** Both vectors' validity; absent = all valid. */
export function bothValid(args: readonly Operand[], length: number): Uint8Array | undefined {
  const nullable = args.filter((arg) => arg.valid && arg.stride === 1).map((arg) => arg.valid as Uint8Array)
  const [first, ...rest] = nullable
  if (!first || rest.length === 0) return first
  const valid = first.slice(0, length)
  for (const other of rest) for (let i = 0; i < length; i++) valid[i] = (valid[i] as number) & (other[i] as number)
  return valid
}
