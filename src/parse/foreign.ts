/** SQL that others speak and this version does not: recognised where the parser stops, to be named instead of called an error. */
import type { IToken } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { LeftParen } from '../../grammar/tokens.js'
import { situations } from './foreign-situation.js'
import { earlierWords, type Feature, statements, words } from './foreign-word.js'

export interface Foreign extends Feature {
  readonly token: IToken
}

/** The feature that the tokens around the place where the parser stopped belong to. */
export function foreignAt(tokens: readonly IToken[], at: number): Foreign | undefined {
  return foreignSituation(tokens, at) ?? foreignWord(tokens, at)
}

/** The statement that the first word announces. */
export function foreignStatement(tokens: readonly IToken[]): Foreign | undefined {
  const token = tokens.find(
    ({ tokenType }) => tokenType !== k.EXPLAIN && tokenType !== k.ANALYZE && tokenType !== LeftParen,
  )
  const feature = token && statements.get(token.image.toLowerCase())
  return feature && { ...feature, token }
}

function foreignWord(tokens: readonly IToken[], at: number): Foreign | undefined {
  const token = tokens[at]
  const before = tokens[at - 1]
  const [last, here, next] = [before, token, tokens[at + 1]].map((found) => found?.image.toLowerCase() ?? '')
  const feature = [here, `${here} ${next}`, `${last} ${here}`].map((key) => words.get(key ?? '')).find(Boolean)
  if (token && feature) return { ...feature, token }
  const earlier = earlierWords.get(last ?? '')
  return before && earlier && { ...earlier, token: before }
}

/** What only the neighbours of the place tell. */
function foreignSituation(tokens: readonly IToken[], at: number): Foreign | undefined {
  // Where the text ends too early, the last token stands for the place.
  const token = tokens[at] ?? tokens[at - 1]
  const situation = situations.find(({ holds }) => holds(tokens[at], tokens, at))
  return situation && token && { token, feature: situation.feature, hint: situation.hint }
}
