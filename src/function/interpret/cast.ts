/** Casts over batches. */
import { ChunkQLError } from '../../model/error.js'
import type { Cast } from '../../model/expression.js'
import { integerFacts, isFloat, isInteger, sameType, type Type, typeName, type Value } from '../../model/type.js'
import { allocate, type NumericArray, type Values } from '../../model/vector.js'
import { castMeaning } from '../cast.js'
import { readerOf } from './call.js'
import { constantOperand, type Evaluate, type Frame, isConstantNull, type Operand } from './frame.js'
import { wordsToDouble } from './word-loops.js'

export function evaluateCast(cast: Cast, frame: Frame, evaluate: Evaluate): Operand {
  const from = evaluate(cast.arg, frame)
  if (isConstantNull(from)) return constantOperand(cast.type, null)
  if (sameType(from.type, cast.type)) return from
  const values = widened(from, cast.type)
  if (values) return { ...from, type: cast.type, values }
  try {
    return rowByRow(cast, from, from.stride === 0 ? 1 : frame.length)
  } catch (error) {
    if (!(error instanceof ChunkQLError) || error.span || !cast.span) throw error
    throw new ChunkQLError(error.code, error.message, { ...error.toData(), span: cast.span })
  }
}

/** Conversions that cannot fail, by the engine's own copying. */
function widened({ type, values }: Operand, to: Type): Values | undefined {
  const isWide = integerFacts(type)?.bits === 64
  if (!isFloat(to)) return undefined
  if (isWide && to.kind === 'float64') return wordsToDouble(values as NumericArray, type.kind === 'int64')
  if (isWide || !(isInteger(type) || type.kind === 'float32' || type.kind === 'boolean')) return undefined
  const numbers = values as Float64Array
  return to.kind === 'float64' ? new Float64Array(numbers) : new Float32Array(numbers)
}

function rowByRow({ arg, type, attempt }: Cast, from: Operand, length: number): Operand {
  const meaning = castMeaning(arg.type, type, attempt)
  if (!meaning) throw new ChunkQLError('internal', `${typeName(arg.type)} is not cast to ${typeName(type)}`)
  const read = readerOf(from, true)
  const values = allocate(type, length) as unknown[]
  let valid = from.valid?.slice(0, length)
  for (let row = 0; row < length; row++) {
    const given = read(row)
    const value: Value = given === null ? null : meaning.evaluate(given)
    if (value !== null) values[row] = typeof value === 'boolean' ? Number(value) : value
    else {
      valid ??= new Uint8Array(length).fill(1)
      valid[row] = 0
    }
  }
  return { type, values: values as unknown as Values, valid, stride: from.stride }
}
