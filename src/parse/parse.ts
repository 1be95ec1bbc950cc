/** Text to statements: the first stage of a query. Called by `query.ts`. */
import type { CstNode, IToken } from 'chevrotain'
import { type Entry, grammar } from '../../grammar/grammar.js'
import { Parameter } from '../../grammar/tokens.js'
import type { Statement } from '../model/syntax.js'
import { complain } from './complain.js'
import { buildGroup } from './expression.js'
import { lex, statementsOf } from './lex.js'
import { foldNesting } from './nesting.js'
import { buildStatement } from './statement.js'

/** The statements of a text, separated by semicolons. Spans are offsets into the whole text. */
export function parse(text: string): readonly Statement[] {
  return statementsOf(lex(text)).map(parseStatement)
}

function parseStatement(tokens: readonly IToken[]): Statement {
  numberParameters(tokens)
  const shallow = foldNesting(tokens, (group) => buildGroup(run('expression', group)))
  return buildStatement(run('statement', shallow))
}

function run(rule: Entry, tokens: readonly IToken[]): CstNode {
  const parser = grammar()
  parser.input = tokens as IToken[]
  const cst = parser[rule]()
  const error = parser.errors[0]
  parser.input = []
  if (error) throw complain(error, rule, tokens)
  return cst
}

/** A bare `?` is counted in the order of the text. */
function numberParameters(tokens: readonly IToken[]): void {
  let count = 0
  for (const token of tokens) if (token.tokenType === Parameter && token.image === '?') token.payload = count++
}
