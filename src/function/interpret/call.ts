/** Calls of functions over batches: NULLs, the fast loops, and the definition's own meaning row by row. */
import { ChunkQLError } from '../../model/error.js'
import { type Call, isNullConstant } from '../../model/expression.js'
import { isNumeric, type Type, type Value } from '../../model/type.js'
import { allocate, type NumericArray, vectorOf } from '../../model/vector.js'
import type { ScalarFunction, Signature } from '../definition.js'
import {
  bothValid,
  constantOperand,
  type Evaluate,
  type Frame,
  isConstantNull,
  type Operand,
  operandOf,
  spreadCoded,
} from './frame.js'
import { evaluateLazily } from './lazy.js'
import { loopFor } from './loops.js'

export function evaluateCall(call: Call, frame: Frame, evaluate: Evaluate): Operand {
  const definition = frame.registry.scalarFunction(call.function)
  if (!definition) throw new ChunkQLError('internal', `there is no function ${call.function}`, { span: call.span })
  if (definition.lazy) return evaluateLazily(definition.lazy, call, frame, evaluate)
  // What stands beside a NULL is not computed, and raises no error.
  if (definition.nulls !== 'own' && call.args.some(isNullConstant)) return constantOperand(call.type, null)
  const args = call.args.map((arg) => evaluate(arg, frame))
  const signature: Signature = { args: call.args.map((arg) => arg.type), result: call.type }
  try {
    return apply(definition, signature, args, frame.length)
  } catch (error) {
    throw placed(error, call)
  }
}

/** Errors of values say where in the query they arose. */
function placed(error: unknown, { span }: Call): unknown {
  if (!(error instanceof ChunkQLError) || error.span || !span) return error
  return new ChunkQLError(error.code, error.message, { ...error.toData(), span })
}

function apply(definition: ScalarFunction, signature: Signature, args: readonly Operand[], length: number): Operand {
  const own = definition.nulls === 'own'
  if (!own && args.some(isConstantNull)) return constantOperand(signature.result, null)
  if (args.every((arg) => arg.stride === 0)) {
    const run = definition.evaluate(signature)
    return constantOperand(signature.result, run(...args.map((arg) => readerOf(arg, own)(0))))
  }
  if (definition.name === 'is_null' && args[0]) return nullMask(args[0], length)
  const once = overDifferent(definition, signature, args)
  if (once) return once
  if (own) return rowByRow(definition.evaluate(signature), signature.result, args, length, undefined, true)
  const valid = bothValid(args, length)
  return (
    byLoop(definition.name, signature, args, length, valid) ??
    rowByRow(definition.evaluate(signature), signature.result, args, length, valid, false)
  )
}

/**
 * Over a single column whose values repeat by number, a function is computed once for each of them. Undefined where there
 * is none, or where one of the values is an error: whether a row has it is found out row by row.
 */
function overDifferent(
  definition: ScalarFunction,
  signature: Signature,
  args: readonly Operand[],
): Operand | undefined {
  const at = args.findIndex(({ stride }) => stride === 1)
  const column = args[at]
  const { coded } = column ?? {}
  if (!column || !coded || args.some(({ stride }, i) => stride === 1 && i !== at)) return undefined
  const different = operandOf(vectorOf(column.type, coded.values))
  try {
    return spreadCoded(apply(definition, signature, args.with(at, different), coded.values.length), coded)
  } catch (error) {
    if (error instanceof ChunkQLError && error.code === 'value') return undefined
    throw error
  }
}

function byLoop(
  name: string,
  { args: types, result }: Signature,
  args: readonly Operand[],
  length: number,
  valid: Uint8Array | undefined,
): Operand | undefined {
  const [a, b] = args
  const loop = loopFor(name, types, result)
  if (!loop || !a || !b || args.length !== 2) return undefined
  const values = allocate(result, length) as NumericArray
  const kept = loop(a.values as NumericArray, a.stride, b.values as NumericArray, b.stride, values, length)
  return kept ? { type: result, values, valid, stride: 1 } : undefined
}

function nullMask({ type, valid }: Operand, length: number): Operand {
  const values = new Uint8Array(length)
  if (type.kind === 'null') values.fill(1)
  else if (valid) for (let i = 0; i < length; i++) values[i] = valid[i] === 0 ? 1 : 0
  return { type: { kind: 'boolean' }, values, stride: 1 }
}

type Reader = (row: number) => Value

/** Values as JavaScript has them; NULL only where the caller wants to see it. */
export function readerOf({ type, values, valid, stride }: Operand, withNulls: boolean): Reader {
  const plain = plainReader(type, values as ArrayLike<Value>, stride)
  if (!withNulls || (!valid && type.kind !== 'null')) return plain
  if (type.kind === 'null') return () => null
  return (row) => (valid?.[row * stride] === 0 ? null : plain(row))
}

function plainReader(type: Type, values: ArrayLike<Value>, stride: number): Reader {
  if (type.kind === 'boolean') return (row) => values[row * stride] !== 0
  return (row) => values[row * stride] as Value
}

type Row = (...args: Value[]) => Value

function rowByRow(
  run: Row,
  result: Type,
  args: readonly Operand[],
  length: number,
  valid: Uint8Array | undefined,
  withNulls: boolean,
): Operand {
  const out: Output = { values: allocate(result, length) as unknown[], valid: undefined }
  const [a, b] = args
  const plain = !withNulls && args.every((arg) => isNumeric(arg.type) || arg.type.kind === 'varchar')
  if (plain && a && args.length === 1) oneArgument(run, a, valid, out, length)
  else if (plain && a && b && args.length === 2) twoArguments(run, a, b, valid, out, length)
  else anyArguments(run, args, valid, withNulls, out, length)
  return { type: result, values: out.values as unknown as NumericArray, valid: out.valid ?? valid, stride: 1 }
}

/** `valid` appears with the first NULL that a function returns. */
interface Output {
  readonly values: unknown[]
  valid: Uint8Array | undefined
}

function write(out: Output, row: number, value: Value, given: Uint8Array | undefined): void {
  if (value !== null) {
    out.values[row] = typeof value === 'boolean' ? Number(value) : value
    return
  }
  out.valid ??= given ? given.slice(0, out.values.length) : new Uint8Array(out.values.length).fill(1)
  out.valid[row] = 0
}

function oneArgument(run: Row, a: Operand, valid: Uint8Array | undefined, out: Output, length: number): void {
  const values = a.values as ArrayLike<Value>
  for (let row = 0; row < length; row++) {
    if (valid && valid[row] === 0) continue
    write(out, row, run(values[row] as Value), valid)
  }
}

function twoArguments(
  run: Row,
  { values: a, stride: sa }: Operand,
  { values: b, stride: sb }: Operand,
  valid: Uint8Array | undefined,
  out: Output,
  length: number,
): void {
  for (let row = 0; row < length; row++) {
    if (valid && valid[row] === 0) continue
    write(out, row, run(a[row * sa] as Value, b[row * sb] as Value), valid)
  }
}

function anyArguments(
  run: Row,
  args: readonly Operand[],
  valid: Uint8Array | undefined,
  withNulls: boolean,
  out: Output,
  length: number,
): void {
  const readers = args.map((arg) => readerOf(arg, withNulls))
  const row: Value[] = new Array(args.length)
  for (let i = 0; i < length; i++) {
    if (valid && valid[i] === 0) continue
    for (let k = 0; k < readers.length; k++) row[k] = (readers[k] as Reader)(i)
    write(out, i, run(...row), valid)
  }
}
