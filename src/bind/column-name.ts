/** The name of a result column without an alias: the expression as DuckDB prints it. Called for each item of a SELECT list. */
import type {
  CallSyntax,
  CaseSyntax,
  ExpressionSyntax,
  Name,
  OperatorSyntax,
  SubscriptSyntax,
} from '../model/syntax.js'
import { typeName, typeNamed } from '../model/type.js'
import { float64Text } from '../model/value-text.js'

/** The text of an expression, fully parenthesised. */
export function expressionText(syntax: ExpressionSyntax): string {
  switch (syntax.kind) {
    case 'number':
      return numberText(syntax.text)
    case 'string':
      return quotedText(syntax.value)
    case 'word':
      return syntax.value === null ? 'NULL' : String(syntax.value)
    case 'name':
      return syntax.path.map(nameText).join('.')
    case 'parameter':
      return `$${typeof syntax.name === 'number' ? syntax.name + 1 : syntax.name}`
    case 'star':
      return [...syntax.qualifier.map(nameText), '*'].join('.')
    case 'call':
      return callText(syntax)
    case 'operator':
      return operatorText(syntax)
    case 'between': {
      const text = `(${expressionText(syntax.arg)} BETWEEN ${expressionText(syntax.low)} AND ${expressionText(syntax.high)})`
      return syntax.negated ? `(NOT ${text})` : text
    }
    case 'in':
      return `(${expressionText(syntax.arg)} ${syntax.negated ? 'NOT IN' : 'IN'} (${listText(syntax.list)}))`
    case 'isNull':
      return `(${expressionText(syntax.arg)} IS ${syntax.negated ? 'NOT NULL' : 'NULL'})`
    case 'case':
      return caseText(syntax)
    case 'cast':
      return `${syntax.attempt ? 'TRY_CAST' : 'CAST'}(${expressionText(syntax.arg)} AS ${typeText(syntax.type)})`
    case 'subscript':
      return `${expressionText(syntax.arg)}[${subscriptText(syntax)}]`
    case 'typed':
      return `CAST(${quotedText(syntax.text)} AS ${typeText(syntax.type)})`
    default:
      return syntax satisfies never
  }
}

function subscriptText({ from, to, step, slice }: SubscriptSyntax): string {
  const [first, last] = [from ? expressionText(from) : '', to ? expressionText(to) : '']
  if (step) return `${first}:${last || '-'}:${expressionText(step)}`
  return slice ? `${first}:${last}` : first
}

/** A name alone is not quoted: `SELECT "weird col"` gives the column `weird col`. */
export function columnName(syntax: ExpressionSyntax): string {
  const last = syntax.kind === 'name' ? syntax.path[syntax.path.length - 1] : undefined
  return last ? last.text : expressionText(syntax)
}

function listText(list: readonly ExpressionSyntax[]): string {
  return list.map(expressionText).join(', ')
}

/** Names are quoted where they have to be; DuckDB also quotes those that are key words elsewhere (`"year"(d)`). */
function nameText({ text }: Name): string {
  return /^[A-Za-z_]\w*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`
}

function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function numberText(text: string): string {
  const digits = text.replaceAll('_', '').toLowerCase()
  if (/^0[xbo]/.test(digits)) return String(BigInt(digits))
  if (digits.includes('e')) return float64Text(Number(digits))
  return digits.endsWith('.') ? digits.slice(0, -1) : digits
}

function typeText({ text }: Name): string {
  const type = typeNamed(text)
  return type ? typeName(type) : text
}

function callText(syntax: CallSyntax): string {
  const name = syntax.name.text.toLowerCase()
  const filter = syntax.filter ? ` FILTER (WHERE ${expressionText(syntax.filter)})` : ''
  const [only] = syntax.args
  if (name === 'count' && (!only || only.kind === 'star')) return `count_star()${filter}`
  const [test, yes, no, ...more] = syntax.args
  if (name === 'if' && test && yes && no && more.length === 0) return ifText(test, yes, no)
  const shown = name === 'coalesce' || name === 'ifnull' ? 'COALESCE' : nameText({ ...syntax.name, text: name })
  return `${shown}(${syntax.distinct ? 'DISTINCT ' : ''}${listText(syntax.args)}${orderText(syntax.orderBy)})${filter}`
}

function orderText(items: CallSyntax['orderBy']): string {
  if (!items) return ''
  const parts = items.map(({ expression, descending, nullsFirst }) => {
    const nulls = nullsFirst === undefined ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`
    return `${expressionText(expression)} ${descending ? 'DESC' : 'ASC'}${nulls}`
  })
  return ` ORDER BY ${parts.join(', ')}`
}

function ifText(test: ExpressionSyntax, yes: ExpressionSyntax, no: ExpressionSyntax): string {
  const { span } = test
  return caseText({ kind: 'case', branches: [{ when: test, result: yes }], otherwise: no, span })
}

function operatorText({ operator, args }: OperatorSyntax): string {
  const [first, ...rest] = args
  if (first && rest.length === 0) return prefixText(operator, first)
  const symbol = symbols[operator] ?? operator.toUpperCase()
  return `(${args.map(expressionText).join(` ${symbol} `)})`
}

const symbols: Readonly<Record<string, string>> = { '<>': '!=', like: '~~', ilike: '~~*' }

/** A minus before a number belongs to the number. */
function prefixText(operator: string, arg: ExpressionSyntax): string {
  const text = expressionText(arg)
  if (operator === 'not') return notText(arg)
  if (operator !== '-' || !isSigned(arg)) return `${operator}(${text})`
  return text.startsWith('-') ? text.slice(1) : `-${text}`
}

/** `a NOT LIKE b` is one operator. */
function notText(arg: ExpressionSyntax): string {
  const name = arg.kind === 'operator' ? arg.operator : ''
  const [a, b] = arg.kind === 'operator' ? arg.args : []
  if (a && b && (name === 'like' || name === 'ilike')) {
    return `(${expressionText(a)} !${symbols[name]} ${expressionText(b)})`
  }
  return `(NOT ${expressionText(arg)})`
}

function isSigned(syntax: ExpressionSyntax): boolean {
  if (syntax.kind !== 'operator' || syntax.operator !== '-') return syntax.kind === 'number'
  const [arg, ...rest] = syntax.args
  return arg !== undefined && rest.length === 0 && isSigned(arg)
}

/** A simple CASE is printed as the searched one that it stands for; the spaces are DuckDB's. */
function caseText(syntax: CaseSyntax): string {
  const { operand } = syntax
  const branches = syntax.branches.map(({ when, result }) => {
    const test = operand ? `(${expressionText(operand)} = ${expressionText(when)})` : expressionText(when)
    return `WHEN (${test}) THEN (${expressionText(result)})`
  })
  const otherwise = syntax.otherwise ? expressionText(syntax.otherwise) : 'NULL'
  return `CASE  ${branches.join(' ')} ELSE ${otherwise} END`
}
