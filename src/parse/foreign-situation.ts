/** SQL that is not spoken and that no single word tells: tokens beside one another. Read by `foreign.ts`. */
import type { IToken } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { Comma, LeftParen, RightParen, Star } from '../../grammar/tokens.js'
import { type Feature, readOnly } from './foreign-word.js'

/** `at` is where the parser stopped. */
interface Situation extends Feature {
  readonly holds: (token: IToken | undefined, tokens: readonly IToken[], at: number) => boolean
}

const isWord = (token: IToken | undefined, ...images: readonly string[]) =>
  token !== undefined && images.includes(token.image.toLowerCase())

/** What stands between two tables. */
const isJoint = (token: IToken | undefined) => token?.tokenType === Comma || token?.tokenType === k.JOIN

export const situations: readonly Situation[] = [
  {
    holds: (token, tokens, at) => isWord(token, 'with', 'without') && isWord(tokens[at - 1], 'timestamp', 'time'),
    feature: 'time zones',
    hint: 'times are UTC',
  },
  {
    holds: (token, tokens, at) =>
      token?.tokenType === k.ALL && isWord(tokens[at - 1], '=', '<>', '!=', '<', '>', '<=', '>='),
    feature: 'subqueries in expressions',
    hint: 'a subquery can stand in FROM',
  },
  {
    holds: (token, tokens, at) => token?.tokenType === RightParen && tokens[at - 2]?.tokenType === k.BY,
    feature: 'grouping sets',
    hint: 'run one query per grouping',
  },
  {
    holds: (_, tokens) => tokens[0]?.tokenType === k.EXPLAIN && isWord(tokens[1], 'show', 'describe', 'set', 'attach'),
    feature: 'explanations of this statement',
    hint: 'EXPLAIN takes a SELECT',
  },
  {
    holds: (token, tokens, at) =>
      isWord(token, 'select', 'from', 'with', 'values') && tokens[at - 1]?.tokenType === LeftParen,
    feature: 'subqueries in expressions',
    hint: 'a subquery can stand in FROM',
  },
  {
    holds: (_, tokens, at) =>
      [at - 1, at - 2].some((place) => isJoint(tokens[place]) && clauseAt(tokens, place) === k.FROM),
    feature: 'joins',
    hint: 'query one table at a time: only unnest(list) and range(n) may follow it',
  },
  {
    holds: (token, tokens, at) => isWord(token, 'except', 'like', 'ilike') && tokens[at - 1]?.tokenType === Star,
    feature: 'changes to *',
    hint: 'write * EXCLUDE (a, b), or name the columns',
  },
  {
    holds: (token, tokens, at) => isWord(token, 'on') && tokens[at - 1]?.tokenType === k.DISTINCT,
    feature: 'DISTINCT ON lists',
    hint: 'use GROUP BY with first or min',
  },
  {
    holds: (token, tokens) => isWord(token, 'if') && isWord(tokens[0], 'attach', 'detach'),
    feature: 'IF clauses',
    hint: 'leave them out',
  },
  {
    holds: (token, tokens, at) => isWord(token, 'for') && isWord(tokens[at + 1], 'update', 'share'),
    feature: 'locks',
    hint: readOnly,
  },
]

const clauses: ReadonlySet<unknown> = new Set([
  k.SELECT,
  k.FROM,
  k.WHERE,
  k.GROUP,
  k.HAVING,
  k.ORDER,
  k.LIMIT,
  k.OFFSET,
])

/** The keyword of the clause, or the open parenthesis, in which a token stands. */
function clauseAt(tokens: readonly IToken[], at: number): unknown {
  for (let index = at - 1, depth = 0; index >= 0; index--) {
    const type = tokens[index]?.tokenType
    if (type === RightParen) depth++
    else if (type === LeftParen && depth-- === 0) return type
    else if (depth === 0 && clauses.has(type)) return type
  }
  return undefined
}
