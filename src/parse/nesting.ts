/** How deep parentheses, CASE and calls may stand in one another: counted on tokens, before anything recurses. */
import type { IToken } from 'chevrotain'
import { keyword } from '../../grammar/keyword-tokens.js'
import { Dot, LeftParen, RightParen } from '../../grammar/tokens.js'
import { ChunkQLError } from '../model/error.js'
import { extentOf } from './cst.js'

export const nestingLimit = 1000

export function checkNesting(tokens: readonly IToken[]): void {
  let depth = 0
  tokens.forEach((token, index) => {
    depth = Math.max(0, depth + step(token, tokens[index - 1]))
    if (depth > nestingLimit) throw tooDeep(token)
  })
}

/** CASE and END after AS or a dot are names. */
function step(token: IToken, before: IToken | undefined): number {
  const type = token.tokenType
  if (type === LeftParen) return 1
  if (type === RightParen) return -1
  if (type !== keyword.CASE && type !== keyword.END) return 0
  if (before?.tokenType === keyword.AS || before?.tokenType === Dot) return 0
  return type === keyword.CASE ? 1 : -1
}

export function tooDeep(token: IToken): ChunkQLError {
  return new ChunkQLError('parse', `the query is nested too deeply: more than ${nestingLimit} levels`, {
    span: extentOf(token),
    hint: 'AND, OR and + may have any number of terms without parentheses',
  })
}
