/** What begins with a word: a column, a star of a table, a call, a constant of a type. */
import { type CstNode, type IToken, tokenMatcher } from 'chevrotain'
import { Name as NameToken, Star } from '../../grammar/tokens.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { buildCall, type CallBuilder } from './call.js'
import { unexpected } from './complaint.js'
import { endOf, node, present, startOf, token, tokens } from './cst.js'
import { nameOf, textOf } from './literal.js'

export function buildWord(cst: CstNode, build: CallBuilder): ExpressionSyntax {
  const word = present(token(cst, 'Word'))
  const call = node(cst, 'call')
  const text = token(cst, 'Text')
  if (call) return buildCall(word, call, build)
  if (text) return buildTyped(word, text)
  if (!tokenMatcher(word, NameToken)) throw unexpected(word, ['an expression'], quoteHint(word))
  return buildPath(word, tokens(cst, 'step'))
}

function quoteHint(word: IToken): string {
  return `write "${word.image}" in double quotes to use it as a name`
}

function buildTyped(word: IToken, text: IToken): ExpressionSyntax {
  const span = { start: startOf(word), end: endOf(text) }
  return { kind: 'typed', type: nameOf(word), text: textOf(text), span }
}

function buildPath(word: IToken, steps: readonly IToken[]): ExpressionSyntax {
  const last = steps[steps.length - 1] ?? word
  const span = { start: startOf(word), end: endOf(last) }
  const star = steps.findIndex(({ tokenType }) => tokenType === Star)
  const path = [word, ...(star < 0 ? steps : steps.slice(0, star))].map(nameOf)
  if (star < 0) return { kind: 'name', path, span }
  const beyond = steps[star + 1]
  if (beyond) throw unexpected(beyond, ['nothing after `.*`'])
  return { kind: 'star', qualifier: path, span }
}
