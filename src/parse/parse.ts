/** Text to statements: the first stage of a query. Called by `query.ts`. */
import type { IToken } from 'chevrotain'
import { grammar } from '../../grammar/grammar.js'
import { Parameter } from '../../grammar/tokens.js'
import type { Statement } from '../model/syntax.js'
import { complain } from './complain.js'
import { lex, statementsOf } from './lex.js'
import { checkNesting } from './nesting.js'
import { buildStatement } from './statement.js'

/** The statements of a text, separated by semicolons. Spans are offsets into the whole text. */
export function parse(text: string): readonly Statement[] {
  return statementsOf(lex(text)).map(parseStatement)
}

function parseStatement(tokens: readonly IToken[]): Statement {
  numberParameters(tokens)
  checkNesting(tokens)
  const parser = grammar()
  parser.input = tokens as IToken[]
  const cst = parser.statement()
  const error = parser.errors[0]
  parser.input = []
  if (error) throw complain(error, tokens)
  return buildStatement(cst)
}

/** A bare `?` is counted in the order of the text. */
function numberParameters(tokens: readonly IToken[]): void {
  let count = 0
  for (const token of tokens) if (token.tokenType === Parameter && token.image === '?') token.payload = count++
}
