/** Numbers for expressions: equal ones get the same number. Used by `bind` and `optimize` to match by structure. */
import { type AggregateCall, childrenOf, type Expression } from './expression.js'
import type { Type, Value } from './type.js'

export interface Interner {
  /** Linear in the size of what was not seen before: a node's key holds the numbers of its children, not their text. */
  of(expression: Expression): number
  ofAggregate(call: AggregateCall): number
}

export function interner(): Interner {
  const numbers = new Map<string, number>()
  const seen = new WeakMap<Expression, number>()

  function numberOf(key: string): number {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  }

  function of(expression: Expression): number {
    const known = seen.get(expression)
    if (known !== undefined) return known
    const children = childrenOf(expression).map(of)
    const number = numberOf(`${headOf(expression)}(${children.join()})`)
    seen.set(expression, number)
    return number
  }

  function ofAggregate(call: AggregateCall): number {
    const filter = call.filter ? of(call.filter) : ''
    return numberOf(`aggregate ${call.aggregate} ${call.distinct} ${filter} (${call.args.map(of).join()})`)
  }

  return { of, ofAggregate }
}

/** All of a node but its children. */
function headOf(expression: Expression): string {
  const type = typeText(expression.type)
  switch (expression.kind) {
    case 'literal':
      return `literal ${type} ${valueKey(expression.value)}`
    case 'column':
      return `column ${expression.column}`
    case 'call':
      return `call ${type} ${expression.function}`
    case 'case':
      return `case ${type}`
    case 'cast':
      return `${expression.attempt ? 'attempt' : 'cast'} ${type}`
    case 'in':
      return `in ${JSON.stringify(expression.values.map(valueKey))}`
    default:
      return expression satisfies never
  }
}

function typeText(type: Type): string {
  return JSON.stringify(type)
}

/** -0 and 0 are two values: 1 / x tells them apart. */
function valueKey(value: Value): string {
  return `${typeof value} ${Object.is(value, -0) ? '-0' : value}`
}
