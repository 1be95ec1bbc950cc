/** Reads what follows an operand: an infix operator with the next operand, or a test, a list, a type. Called by `precedence.ts`. */
import type { CstNode, IToken, TokenType } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { DoubleColon } from '../../grammar/tokens.js'
import { infixLevel, level } from '../model/precedence.js'
import { buildType } from './cast.js'
import { unexpected } from './complaint.js'
import { endOf, firstOf, isNode } from './cst.js'
import { isFolded, isOpening, type Reader, readOperand, refuseInBetween, take, takeToken } from './reader.js'
import { append, turnBetween, turnLike, wait } from './yard.js'

/** What was read of a continuation: its first token, and the one after NOT where that was the first. */
interface Lead {
  readonly first: IToken
  readonly token: IToken
  readonly negated: boolean
}

export function readContinuation(reader: Reader): void {
  const next = reader.parts[reader.at]
  if (next && isNode(next)) {
    readSubscript(reader, take(reader) as CstNode)
    return
  }
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

/** Other spellings of the same operator. These bind like `||` where they are written in symbols, as in DuckDB. */
const spellings: Readonly<Record<string, string>> = { '==': '=', '!=': '<>', '~~': 'like', '~~*': 'ilike' }
const looseSpellings: ReadonlySet<string> = new Set(['==', '~~', '~~*'])

function readInfix(reader: Reader, { first, token, negated }: Lead): void {
  const written = token.image.toLowerCase()
  const name = spellings[written] ?? written
  const at = looseSpellings.has(written) ? level.other : infixLevel(name)
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

function readSubscript(reader: Reader, subscript: CstNode): void {
  const at = { level: level.cast, token: firstOf(subscript), end: endOf(subscript) }
  append(reader.yard, at, (arg, span) => reader.builder.subscript(subscript, arg, span))
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
