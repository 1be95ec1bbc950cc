/** What may follow the tokens read so far, in few and human words. Called where a statement is refused. */
import type { IToken, TokenType } from 'chevrotain'
import { type Entry, grammar } from '../../grammar/grammar.js'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import * as t from '../../grammar/tokens.js'

export interface Expected {
  /** For the message. */
  readonly words: readonly string[]
  /** Keywords to compare a misspelt word with. */
  readonly keywords: readonly string[]
  /** Whether a name may stand here. */
  readonly name: boolean
}

/** Beyond this many tokens the question is too expensive. */
const limit = 1000

export function expectedAfter(rule: Entry, tokens: readonly IToken[]): Expected {
  if (tokens.length > limit) return { words: ['something else'], keywords: [], name: false }
  const parser = grammar()
  const types = [...new Set(parser.computeContentAssist(rule, tokens as IToken[]).map((next) => next.nextTokenType))]
  const words = [...new Set(types.map(wordFor))]
  const sorted = words.toSorted((a, b) => rank(a) - rank(b))
  return {
    words: rule === 'statement' && isComplete(tokens) ? [...sorted, 'the end of the query'] : sorted,
    keywords: types.filter(isKeyword).map(({ name }) => name),
    name: types.some((type) => names.has(type)),
  }
}

/** Whether the tokens are a statement by themselves. */
function isComplete(tokens: readonly IToken[]): boolean {
  const parser = grammar()
  parser.input = tokens as IToken[]
  parser.statement()
  const complete = parser.errors.length === 0
  parser.input = []
  return complete
}

const names: ReadonlySet<TokenType> = new Set([t.Name, t.Label, t.Word])

function isKeyword(type: TokenType): boolean {
  return type.name in k
}

const groups: readonly (readonly [string, readonly TokenType[]])[] = [
  ['an expression', [t.Prefix, t.Literal, t.Word, k.CASE, k.CAST, k.TRY_CAST, t.Star]],
  ['an operator', [t.Infix, k.NOT, k.IN, k.IS, k.ISNULL, k.NOTNULL, t.DoubleColon, t.Match]],
  ['an alias', [k.AS, t.Alias]],
  ['a name', [t.Name, t.Label]],
  ['a string', [t.Text]],
  ['a number', [t.NumberLiteral]],
  ['GROUP BY', [k.GROUP]],
  ['ORDER BY', [k.ORDER]],
]

const wordByType: ReadonlyMap<TokenType, string> = new Map(
  groups.flatMap(([word, types]) => types.map((type): [TokenType, string] => [type, word])),
)

function wordFor(type: TokenType): string {
  return wordByType.get(type) ?? (isKeyword(type) ? type.name : `\`${type.LABEL ?? type.name}\``)
}

/** Keywords in the order of the clauses stay in front; what always fits comes last. */
function rank(word: string): number {
  const late = ['an alias', 'an operator']
  return late.indexOf(word) + 1
}
