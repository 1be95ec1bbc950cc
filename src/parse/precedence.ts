/**
 * From the flat parts of an expression to its tree: operators wait until a looser one comes.
 * A stack instead of recursion, so that neither long chains nor long runs of prefixes cost call depth.
 */
import type { CstElement, CstNode, IToken, TokenType } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { Comma, DoubleColon, Folded, LeftParen, Minus, Plus, Tilde } from '../../grammar/tokens.js'
import { infixLevel, level, prefixLevel } from '../model/precedence.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { buildType } from './cast.js'
import { unexpected } from './complaint.js'
import { endOf, extentOf, firstOf, isNode, isToken, present, startOf } from './cst.js'
import { nestingLimit, tooDeep } from './nesting.js'
import { append, emptyYard, finish, turnBetween, turnLike, wait, type Yard } from './yard.js'

/** Makes syntax of the parts that are not operators. */
export interface Builder {
  readonly operand: (element: CstElement) => ExpressionSyntax
  /** Of the list in the parentheses after IN. */
  readonly members: (list: CstElement) => readonly ExpressionSyntax[]
}

export interface Resolved {
  readonly items: readonly ExpressionSyntax[]
  /** A comma that nothing follows. */
  readonly trailing?: IToken | undefined
}

/** A walk over the parts. */
interface Reader {
  readonly parts: readonly CstElement[]
  readonly builder: Builder
  at: number
  yard: Yard
}

/** The expressions between the commas of `parts`. */
export function resolve(parts: readonly CstElement[], builder: Builder): Resolved {
  const reader: Reader = { parts, builder, at: 0, yard: emptyYard() }
  const items: ExpressionSyntax[] = []
  for (;;) {
    items.push(readExpression(reader))
    const comma = parts[reader.at++]
    const next = parts[reader.at]
    if (!isToken(comma)) return { items }
    if (next === undefined) return { items, trailing: comma }
    if (isComma(next)) throw unexpected(next, ['an expression'])
  }
}

function isOpening(part: CstElement): boolean {
  return isToken(part) && part.tokenType === LeftParen
}

function isFolded(part: CstElement): boolean {
  return isToken(part) && part.tokenType === Folded
}

function isComma(part: CstElement): part is IToken {
  return isToken(part) && part.tokenType === Comma
}

function take(reader: Reader): CstElement {
  return present(reader.parts[reader.at++])
}

function takeToken(reader: Reader): IToken {
  return take(reader) as IToken
}

/** One expression, up to a comma or the end. */
function readExpression(reader: Reader): ExpressionSyntax {
  readOperand(reader)
  for (;;) {
    const next = reader.parts[reader.at]
    if (next === undefined || isComma(next)) return finish(reader.yard)
    readContinuation(reader)
  }
}

const prefixes: ReadonlyMap<TokenType, string> = new Map([
  [Plus, '+'],
  [Minus, '-'],
  [Tilde, '~'],
  [k.NOT, 'not'],
])

/** An operand after its prefixes. */
function readOperand(reader: Reader): void {
  let part = take(reader)
  for (let run = 0; ; run++) {
    const name = isToken(part) ? prefixes.get(part.tokenType) : undefined
    if (name === undefined || isNode(part)) break
    if (run === nestingLimit) throw tooDeep(part)
    if (name === 'not') refuseInBetween(reader, part)
    reader.yard.waiting.push({ name, level: prefixLevel(name), arity: 1, negated: false, token: part })
    part = take(reader)
  }
  pushOperand(reader, part)
}

/** A constant, a name, a call - or what stands in parentheses, which then belong to its place. */
function pushOperand(reader: Reader, part: CstElement): void {
  const { builder, yard } = reader
  if (isOpening(part)) {
    const syntax = builder.operand(take(reader))
    yard.operands.push({ syntax, span: { start: startOf(part), end: endOf(take(reader)) } })
  } else {
    const syntax = builder.operand(part)
    yard.operands.push({ syntax, span: isFolded(part) ? extentOf(part) : syntax.span })
  }
}

/** What was read of a continuation: its first token, and the one after NOT where that was the first. */
interface Lead {
  readonly first: IToken
  readonly token: IToken
  readonly negated: boolean
}

function readContinuation(reader: Reader): void {
  const first = takeToken(reader)
  const negated = first.tokenType === k.NOT
  const token = negated ? takeToken(reader) : first
  const read = continuations.get(token.tokenType) ?? readInfix
  read(reader, { first, token, negated })
}

/** By the token that tells which it is; all others are plain infix operators. */
const continuations: ReadonlyMap<TokenType, (reader: Reader, lead: Lead) => void> = new Map([
  [k.AND, readAnd],
  [k.ESCAPE, readEscape],
  [k.IN, readIn],
  [k.IS, readIs],
  [k.NULL, readNotNull],
  [k.NOTNULL, readNotNull],
  [k.ISNULL, readIsNull],
  [DoubleColon, readType],
])

function readAnd(reader: Reader, { token }: Lead): void {
  if (reader.yard.between) turnBetween(reader.yard, reader.yard.between)
  else wait(reader.yard, { name: 'and', level: level.and, arity: 2, negated: false, token })
  readOperand(reader)
}

function readEscape(reader: Reader, { token }: Lead): void {
  turnLike(reader.yard, level.escape, token)
  readOperand(reader)
}

/** Other spellings of the same operator. `==` binds like `||`, as in DuckDB. */
const spellings: Readonly<Record<string, string>> = { '==': '=', '!=': '<>', '**': '^' }

function readInfix(reader: Reader, { first, token, negated }: Lead): void {
  const written = token.image.toLowerCase()
  const name = spellings[written] ?? written
  const at = written === '==' ? level.other : infixLevel(name)
  if (at === level.match || at === level.or) refuseInBetween(reader, first)
  wait(reader.yard, { name, level: at, arity: 2, negated, token })
  if (name === 'between') reader.yard.between = reader.yard.waiting.at(-1)
  readOperand(reader)
}

function readIn(reader: Reader, { first, negated }: Lead): void {
  refuseInBetween(reader, first)
  const opening = take(reader)
  const folded = isFolded(opening)
  if (!folded && !isOpening(opening)) throw unexpected(firstOf(opening), ['`(`'], listHint)
  const list = reader.builder.members(folded ? opening : take(reader))
  const end = endOf(folded ? opening : take(reader))
  append(reader.yard, { level: level.match, token: first, end }, (arg, span) => ({
    kind: 'in',
    arg,
    list,
    negated,
    span,
  }))
}

const listHint = 'IN takes a list in parentheses: IN (1, 2, 3)'

function readIs(reader: Reader, { token: is }: Lead): void {
  const next = takeToken(reader)
  const negated = next.tokenType === k.NOT
  const what = negated ? takeToken(reader) : next
  if (what.tokenType === k.DISTINCT) readDistinct(reader, is, negated)
  else if (what.tokenType === k.TRUE || what.tokenType === k.FALSE) appendTruthTest(reader, is, what, negated)
  else appendNullTest(reader, is, what, negated)
}

function appendTruthTest(reader: Reader, is: IToken, what: IToken, negated: boolean): void {
  refuseInBetween(reader, is)
  const operator = `is ${negated ? 'not ' : ''}${what.image.toLowerCase()}`
  append(reader.yard, { level: level.is, token: is, end: endOf(what) }, (arg, span) => ({
    kind: 'operator',
    operator,
    args: [arg],
    span,
  }))
}

function readDistinct(reader: Reader, token: IToken, negated: boolean): void {
  takeToken(reader)
  const name = negated ? 'is not distinct from' : 'is distinct from'
  wait(reader.yard, { name, level: level.is, arity: 2, negated: false, token })
  readOperand(reader)
}

function readIsNull(reader: Reader, { token }: Lead): void {
  appendNullTest(reader, token, token, false)
}

function readNotNull(reader: Reader, { first, token }: Lead): void {
  appendNullTest(reader, first, token, true)
}

function appendNullTest(reader: Reader, first: IToken, last: IToken, negated: boolean): void {
  refuseInBetween(reader, first)
  const at = first.tokenType === k.NOT ? level.notNull : level.is
  append(reader.yard, { level: at, token: first, end: endOf(last) }, (arg, span) => ({
    kind: 'isNull',
    arg,
    negated,
    span,
  }))
}

function readType(reader: Reader, { token }: Lead): void {
  const type = buildType(take(reader) as CstNode)
  append(reader.yard, { level: level.cast, token, end: type.span.end }, (arg, span) => ({
    kind: 'cast',
    arg,
    type,
    attempt: false,
    span,
  }))
}

/** Between BETWEEN and AND only arithmetic and comparisons may stand bare, as in PostgreSQL. */
function refuseInBetween(reader: Reader, token: IToken): void {
  if (reader.yard.between) throw unexpected(token, ['the AND of BETWEEN'], 'put the lower bound in parentheses')
}
