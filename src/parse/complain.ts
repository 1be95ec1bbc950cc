/** What to say where the parser stopped: known SQL that is not spoken, a likely slip of the keyboard, or what was expected. */
import { createTokenInstance, EOF, type IRecognitionException, type IToken } from 'chevrotain'
import type { Entry } from '../../grammar/grammar.js'
import { keyword } from '../../grammar/keyword-tokens.js'
import { keywordClasses } from '../../grammar/keywords.js'
import { type ChunkQLError, suggest } from '../model/error.js'
import { unexpected, unsupported } from './complaint.js'
import { endOf, extentOf } from './cst.js'
import { type Expected, expectedAfter } from './expectation.js'
import { foreignAt, foreignStatement } from './foreign.js'

/** The error for a statement that the parser refused. */
export function complain(error: IRecognitionException, rule: Entry, tokens: readonly IToken[]): ChunkQLError {
  const at = placeOf(error, tokens)
  const foreign = (rule === 'statement' && foreignStatement(tokens)) || foreignAt(tokens, at)
  if (foreign) return unsupported(foreign.token.image, foreign.feature, extentOf(foreign.token), foreign.hint)
  const expected = expectedAfter(rule, tokens.slice(0, at))
  return slipBefore(rule, tokens, at) ?? unexpected(tokenAt(tokens, at), expected.words, hintFor(tokens, at, expected))
}

/** The first token that cannot stand where it stands: the parser may have stopped one before it. */
function placeOf(error: IRecognitionException, tokens: readonly IToken[]): number {
  const found = tokens.indexOf(error.token)
  return found < 0 ? tokens.length : found
}

function tokenAt(tokens: readonly IToken[], at: number): IToken {
  const last = tokens[tokens.length - 1]
  const end = last ? endOf(last) : 0
  return tokens[at] ?? createTokenInstance(EOF, '', end, end, 0, 0, 0, 0)
}

/** A word that was taken for an alias but looks like a keyword: in `SELECT a FORM t` the trouble shows only at t. */
function slipBefore(rule: Entry, tokens: readonly IToken[], at: number): ChunkQLError | undefined {
  const before = tokens[at - 1]
  if (!before || keywordClasses.has(before.image.toLowerCase())) return undefined
  const expected = expectedAfter(rule, tokens.slice(0, at - 1))
  const hint = slipHint(before, expected)
  return hint === undefined ? undefined : unexpected(before, expected.words, hint)
}

function slipHint(token: IToken, expected: Expected): string | undefined {
  if (!/^\w{3,}$/.test(token.image) || keywordClasses.has(token.image.toLowerCase())) return undefined
  const [nearest] = suggest(token.image, expected.keywords, 1)
  return nearest && `did you mean ${nearest}?`
}

function hintFor(tokens: readonly IToken[], at: number, expected: Expected): string | undefined {
  const token = tokens[at]
  if (!token) return undefined
  const isReserved = keywordClasses.get(token.image.toLowerCase()) === 'reserved'
  if (!expected.name || !isReserved) return slipHint(token, expected)
  if (tokens[at - 1]?.tokenType === keyword.SELECT && token.tokenType === keyword.FROM)
    return 'name the columns, or write * for all'
  return `${token.image} is a keyword: write "${token.image}" in double quotes to use it as a name`
}
