/** Syntax back as SQL, with as few parentheses as its tree needs: parsing the text gives the same syntax. */
import { chains, infixLevel, level, prefixLevel } from './precedence.js'
import type {
  CallSyntax,
  CaseSyntax,
  ExpressionSyntax,
  Name,
  OperatorSyntax,
  OrderItem,
  StarSyntax,
  SubscriptSyntax,
} from './syntax.js'

/** A text and how tightly its outermost operator binds. */
interface Piece {
  readonly text: string
  readonly level: number
}

/** Above all operators. */
const closed = level.cast + 1

export function printExpression(expression: ExpressionSyntax): string {
  return pieceOf(expression).text
}

export function printName(name: Name): string {
  return name.quoted ? `"${name.text.replaceAll('"', '""')}"` : name.text
}

export function printPath(path: readonly Name[]): string {
  return path.map(printName).join('.')
}

export function printText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** An operand: in parentheses where it binds more loosely than its place asks. */
function operand(expression: ExpressionSyntax, at: number): string {
  return fit(pieceOf(expression), at)
}

function fit(piece: Piece, at: number): string {
  return piece.level < at ? `(${piece.text})` : piece.text
}

/** Operators that stand to the left in one another are taken in a loop: there may be a hundred thousand. */
function pieceOf(expression: ExpressionSyntax): Piece {
  const spine: OperatorSyntax[] = []
  let node = expression
  for (let left = leftOf(node); left !== undefined; left = leftOf(node)) {
    spine.push(node as OperatorSyntax)
    node = left
  }
  return spine.reduceRight(infixPiece, leafPiece(node))
}

/** The left operand of an infix operator. */
function leftOf(node: ExpressionSyntax): ExpressionSyntax | undefined {
  return node.kind === 'operator' && node.args.length > 1 ? node.args[0] : undefined
}

function infixPiece(left: Piece, { operator, args }: OperatorSyntax): Piece {
  const at = infixLevel(operator)
  const isFlat = operator === 'and' || operator === 'or'
  const first = fit(left, chains(at) && !isFlat ? at : at + 1)
  const rest = args.slice(1).map((arg) => ` ${operator.toUpperCase()} ${operand(arg, at + 1)}`)
  // Not one `join` of all: it would copy the whole chain for each of its operators.
  return { text: first + rest.join(''), level: at }
}

function leafPiece(node: ExpressionSyntax): Piece {
  switch (node.kind) {
    case 'operator':
      return unaryPiece(node)
    case 'between': {
      const bounds = `${operand(node.low, level.other)} AND ${operand(node.high, level.escape)}`
      return suffixPiece(node.arg, `${not(node.negated)}BETWEEN ${bounds}`, level.match)
    }
    case 'in':
      return suffixPiece(node.arg, `${not(node.negated)}IN (${printList(node.list)})`, level.match)
    case 'isNull':
      return suffixPiece(node.arg, `IS ${not(node.negated)}NULL`, level.is)
    case 'subscript':
      return { text: `${operand(node.arg, closed)}[${subscriptText(node)}]`, level: closed }
    default:
      return { text: closedText(node), level: closed }
  }
}

const not = (negated: boolean) => (negated ? 'NOT ' : '')

function suffixPiece(arg: ExpressionSyntax, suffix: string, at: number): Piece {
  return { text: `${operand(arg, at + 1)} ${suffix}`, level: at }
}

/** An operator before its operand, or a test such as IS TRUE behind it. */
function unaryPiece({ operator, args }: OperatorSyntax): Piece {
  const [arg] = args
  if (arg === undefined) throw new Error(`the operator ${operator} has no operand`)
  if (operator.startsWith('is ')) return suffixPiece(arg, operator.toUpperCase(), level.is)
  const at = prefixLevel(operator)
  const isPrefixed = arg.kind === 'operator' && arg.args.length === 1
  const text = operand(arg, isPrefixed ? at : at + 1)
  // Two minus signs in a row would begin a comment, and two tildes are LIKE.
  const gap = operator === 'not' || /^[-~]/.test(text) ? ' ' : ''
  return { text: `${operator.toUpperCase()}${gap}${text}`, level: at }
}

function subscriptText({ from, to, step, slice }: SubscriptSyntax): string {
  const [first, last] = [from ? printExpression(from) : '', to ? printExpression(to) : '']
  if (step) return `${first}:${last || '-'}:${printExpression(step)}`
  return slice ? `${first}:${last}` : first
}

type Closed = Exclude<ExpressionSyntax, { kind: 'operator' | 'between' | 'in' | 'isNull' | 'subscript' }>

/** What needs no parentheses anywhere. */
function closedText(node: Closed): string {
  switch (node.kind) {
    case 'number':
      return node.text
    case 'string':
      return printText(node.value)
    case 'word':
      return node.value === null ? 'NULL' : String(node.value).toUpperCase()
    case 'name':
      return printPath(node.path)
    case 'parameter':
      return `$${typeof node.name === 'number' ? node.name + 1 : node.name}`
    case 'star':
      return starText(node)
    case 'call':
      return callText(node)
    case 'case':
      return caseText(node)
    case 'cast':
      return `${node.attempt ? 'TRY_CAST' : 'CAST'}(${printExpression(node.arg)} AS ${printName(node.type)})`
    case 'typed':
      return `${printName(node.type)} ${printText(node.text)}`
    default:
      return node satisfies never
  }
}

function starText({ qualifier, exclude, replace, rename }: StarSyntax): string {
  const changes = [
    exclude && `EXCLUDE (${exclude.map(printName).join(', ')})`,
    replace &&
      `REPLACE (${replace.map((each) => `${printExpression(each.expression)} AS ${printName(each.name)}`).join(', ')})`,
    rename && `RENAME (${rename.map(({ from, to }) => `${printName(from)} AS ${printName(to)}`).join(', ')})`,
  ]
  const star = [...qualifier.map(printName), '*'].join('.')
  return [star, ...changes.filter((change) => change !== undefined)].join(' ')
}

function callText({ name, args, distinct, orderBy, filter }: CallSyntax): string {
  const order = orderBy ? ` ORDER BY ${orderText(orderBy)}` : ''
  const call = `${printName(name)}(${distinct ? 'DISTINCT ' : ''}${printList(args)}${order})`
  return filter ? `${call} FILTER (WHERE ${printExpression(filter)})` : call
}

function caseText({ operand: subject, branches, otherwise }: CaseSyntax): string {
  const parts = [
    'CASE',
    ...(subject ? [printExpression(subject)] : []),
    ...branches.map(({ when, result }) => `WHEN ${printExpression(when)} THEN ${printExpression(result)}`),
    ...(otherwise ? [`ELSE ${printExpression(otherwise)}`] : []),
    'END',
  ]
  return parts.join(' ')
}

/** The items of ORDER BY. */
export function orderText(items: readonly OrderItem[]): string {
  return items.map((item) => printExpression(item.expression) + directionText(item)).join(', ')
}

export function directionText({ descending, nullsFirst }: Pick<OrderItem, 'descending' | 'nullsFirst'>): string {
  const nulls = nullsFirst === undefined ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`
  return (descending ? ' DESC' : '') + nulls
}

export function printList(list: readonly ExpressionSyntax[]): string {
  return list.map(printExpression).join(', ')
}
