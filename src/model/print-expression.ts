/** Bound expressions as SQL, with no more parentheses than they need: for EXPLAIN, for errors and for golden tests. */
import { type AggregateCall, type Call, childrenOf, type Expression, type InList } from './expression.js'
import { type Type, typeName, type Value } from './type.js'
import { valueText } from './value-text.js'

/** Longer IN lists are cut: a plan is read by people. */
const listMax = 12

/** How tightly an operator binds; operands that bind less are parenthesised. */
const strengths: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  not: 3,
  is_null: 4,
  'is distinct from': 5,
  'is not distinct from': 5,
  '=': 5,
  '<>': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  in: 6,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '//': 8,
  '%': 8,
  negate: 9,
}
const atom = 10

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printValue(expression.type, expression.value)
    case 'column':
      return printName(expression.name)
    case 'call':
      return printCall(expression)
    case 'case':
      return printCase(expression)
    case 'cast':
      return `${expression.attempt ? 'TRY_CAST' : 'CAST'}(${printExpression(expression.arg)} AS ${typeName(expression.type)})`
    case 'in':
      return printIn(expression, 'IN')
    default:
      return expression satisfies never
  }
}

export function printAggregate({ aggregate, args, distinct, filter }: AggregateCall): string {
  const shown = args.length === 0 && aggregate === 'count' ? '*' : args.map(printExpression).join(', ')
  const where = filter ? ` FILTER (WHERE ${printExpression(filter)})` : ''
  return `${aggregate}(${distinct ? 'DISTINCT ' : ''}${shown})${where}`
}

/** A value as a literal that reads back with its type, as far as SQL has such literals. */
export function printValue(type: Type, value: Value): string {
  if (value === null) return 'NULL'
  const text = valueText(type, value)
  switch (type.kind) {
    case 'varchar':
      return quote(text)
    case 'date':
    case 'timestamp':
    case 'calendar':
      return `${typeName(type)} ${quote(text)}`
    case 'float32':
    case 'float64':
      return Number.isFinite(value) ? text : `CAST(${quote(text)} AS ${typeName(type)})`
    default:
      return text
  }
}

/** Quoted where it has to be. The name of a computed column (`avg(t2m)`) is its expression and reads best as it is. */
export function printName(name: string): string {
  if (/\(.*\)/.test(name)) return name
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function printCall(call: Call): string {
  const { function: name, args } = call
  const [first] = args
  const strength = strengths[name]
  if (strength === undefined || !first) return `${name}(${args.map(printExpression).join(', ')})`
  switch (name) {
    case 'not':
      return printNot(first)
    case 'is_null':
      return `${operand(first, strength + 1)} IS NULL`
    case 'negate':
      return `-${operand(first, atom)}`
    default:
      return args.map((arg, i) => operand(arg, i === 0 ? strength : strength + 1)).join(` ${name.toUpperCase()} `)
  }
}

function printNot(arg: Expression): string {
  if (arg.kind === 'in') return printIn(arg, 'NOT IN')
  const [inner] = childrenOf(arg)
  if (arg.kind === 'call' && arg.function === 'is_null' && inner) return `${operand(inner, 5)} IS NOT NULL`
  return `NOT ${operand(arg, strengthOf(arg) === 3 ? 3 : 4)}`
}

function printIn({ arg, values }: InList, word: string): string {
  const shown = values.slice(0, listMax).map((value) => printValue(arg.type, value))
  if (values.length > listMax) shown.push(`... ${values.length - listMax} more`)
  return `${operand(arg, 7)} ${word} (${shown.join(', ')})`
}

function printCase({ branches, otherwise }: Extract<Expression, { kind: 'case' }>): string {
  const parts = branches.map(({ when, result }) => `WHEN ${printExpression(when)} THEN ${printExpression(result)}`)
  return `CASE ${parts.join(' ')} ELSE ${printExpression(otherwise)} END`
}

function operand(expression: Expression, atLeast: number): string {
  const text = printExpression(expression)
  return strengthOf(expression) < atLeast ? `(${text})` : text
}

function strengthOf(expression: Expression): number {
  if (expression.kind === 'in') return 6
  if (expression.kind === 'literal' && (typeof expression.value === 'number' || typeof expression.value === 'bigint')) {
    return expression.value < 0 ? 9 : atom
  }
  if (expression.kind !== 'call') return atom
  const [arg] = expression.args
  // NOT over IN and IS NULL is written inside of them.
  if (expression.function === 'not' && arg?.kind === 'in') return 6
  return strengths[expression.function] ?? atom
}
