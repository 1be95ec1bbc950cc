/** Constants: numbers as written, and the JavaScript values given for parameters. Called by `expression.ts`. */

import { listed } from '../model/catalog.js'
import { ChunkQLError } from '../model/error.js'
import type { Literal } from '../model/expression.js'
import type { Span } from '../model/span.js'
import type { NumberSyntax, ParameterSyntax } from '../model/syntax.js'
import {
  BOOLEAN,
  FLOAT64,
  INT32,
  INT64,
  integerFacts,
  NULL,
  TIMESTAMP,
  type Type,
  UINT64,
  VARCHAR,
  type Value,
} from '../model/type.js'
import type { Parameters } from './context.js'

/**
 * A number written in the query takes the type of what it meets: it is marked as adaptable. With an exponent it is a DOUBLE
 * and stays one, as in DuckDB.
 */
export function bindNumber({ text, span }: NumberSyntax): Literal {
  const digits = text.replaceAll('_', '')
  if (/^(\d+|0x[0-9a-f]+|0b[01]+|0o[0-7]+)$/i.test(digits)) return integerLiteral(BigInt(digits), span)
  const literal = { kind: 'literal', type: FLOAT64, value: Number(digits), span } as const
  return /e/i.test(digits) ? literal : { ...literal, adaptable: true }
}

/** `-` before a number is part of it; the type is that of the number without the sign, as in DuckDB. */
export function negateLiteral(literal: Literal, span: Span): Literal {
  const { value, type } = literal
  if (typeof value === 'number') {
    // An integer has no negative zero.
    return { ...literal, value: type.kind === 'float64' || value !== 0 ? -value : 0, span }
  }
  const negative = -(value as bigint)
  return holds(INT64, negative) ? { ...literal, type: INT64, value: negative, span } : integerLiteral(negative, span)
}

export function textLiteral(value: string, span: Span): Literal {
  return { kind: 'literal', type: VARCHAR, value, span }
}

export function wordLiteral(value: null | boolean, span: Span): Literal {
  return { kind: 'literal', type: value === null ? NULL : BOOLEAN, value, span }
}

/** A parameter is a constant from here on: it prunes, folds and adapts as if it were written. */
export function bindParameter({ name, span }: ParameterSyntax, parameters: Parameters): Literal {
  const found = typeof name === 'number' ? positional(parameters, name, span) : named(parameters, name, span)
  return valueLiteral(found, typeof name === 'number' ? `$${name + 1}` : `$${name}`, span)
}

function positional({ positional }: Parameters, index: number, span: Span): unknown {
  if (index < positional.length) return positional[index]
  throw new ChunkQLError('bind', `parameter ${index + 1} has no value`, {
    span,
    hint: `${positional.length} ${positional.length === 1 ? 'value was' : 'values were'} given by position.`,
  })
}

function named({ named }: Parameters, name: string, span: Span): unknown {
  if (named.has(name)) return named.get(name)
  const alike = [...named.keys()].filter((key) => key.toLowerCase() === name.toLowerCase())
  const [only] = alike
  if (only !== undefined && alike.length === 1) return named.get(only)
  throw new ChunkQLError('bind', `parameter $${name} has no value`, { span, hint: listed('Given', named.keys()) })
}

function valueLiteral(value: unknown, name: string, span: Span): Literal {
  switch (typeof value) {
    case 'number':
      return numberLiteral(value, span)
    case 'bigint':
      return bigLiteral(value, name, span)
    case 'string':
      return textLiteral(value, span)
    case 'boolean':
      return wordLiteral(value, span)
    default:
      if (value === null || value === undefined) return wordLiteral(null, span)
      if (value instanceof Date) return dateLiteral(value, name, span)
      throw new ChunkQLError('bind', `parameter ${name} is ${describe(value)}, which is no SQL value`, {
        span,
        hint: 'Numbers, bigints, strings, booleans, null and Date can be given.',
      })
  }
}

function numberLiteral(value: number, span: Span): Literal {
  // Beyond 2^53 a number no longer tells which integer was meant; -0 is no integer.
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return integerLiteral(BigInt(value), span)
  return { kind: 'literal', type: FLOAT64, value, adaptable: true, span }
}

function bigLiteral(value: bigint, name: string, span: Span): Literal {
  const literal = integerLiteral(value, span)
  if (literal.type.kind !== 'float64') return literal
  throw new ChunkQLError('value', `parameter ${name} is ${value}, beyond 64 bits`, { span })
}

function dateLiteral(date: Date, name: string, span: Span): Literal {
  const ms = date.getTime()
  if (Number.isNaN(ms)) throw new ChunkQLError('bind', `parameter ${name} is an invalid Date`, { span })
  return { kind: 'literal', type: TIMESTAMP, value: BigInt(ms) * 1000n, span }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** INTEGER where it fits, then BIGINT, UBIGINT; beyond that DOUBLE (DuckDB has 128 bits there). */
function integerLiteral(value: bigint, span: Span): Literal {
  const type = [INT32, INT64, UINT64].find((candidate) => holds(candidate, value)) ?? FLOAT64
  const stored: Value = type.kind === 'int32' || type.kind === 'float64' ? Number(value) : value
  return { kind: 'literal', type, value: stored, adaptable: true, span }
}

function holds(type: Type, value: bigint): boolean {
  const facts = integerFacts(type)
  return facts !== undefined && value >= facts.min && value <= facts.max
}
