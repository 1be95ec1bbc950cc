/** SQL that others speak and this version does not: recognised where the parser stops, to be named instead of called an error. */
import type { IToken } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { Comma, LeftParen, RightParen, Star } from '../../grammar/tokens.js'

/** What it is, as the subject of "... are not supported yet", and what to do instead. */
export interface Feature {
  readonly feature: string
  readonly hint: string
}

export interface Foreign extends Feature {
  readonly token: IToken
}

/** The feature that the tokens around the place where the parser stopped belong to. */
export function foreignAt(tokens: readonly IToken[], at: number): Foreign | undefined {
  return foreignSituation(tokens, at) ?? foreignWord(tokens, at)
}

const readOnly = 'ChunkQL reads data where they are; a result is written by `chunkql -o file` or db.export'
const sessions = 'each statement stands by itself'

/** By the word that begins a statement. */
const statements = table([
  ['insert update delete merge truncate', 'statements that change data', readOnly],
  ['create drop alter comment', 'statements that define tables', `${readOnly}; ATTACH names a store`],
  ['copy export import', 'statements that copy data', readOnly],
  ['with', 'WITH queries', 'put the query in parentheses after FROM'],
  ['values table', 'statements without SELECT', 'write SELECT * FROM ...'],
  ['pivot unpivot pivot_wider pivot_longer', 'pivots', 'use an aggregate with FILTER per column'],
  ['summarize', 'summaries', 'use DESCRIBE, or SELECT the aggregates that you need'],
  ['pragma call load install use checkpoint vacuum analyze', 'statements of this kind', 'SET changes a setting'],
  ['begin commit rollback start abort', 'transactions', sessions],
  ['prepare execute deallocate', 'prepared statements', 'give parameters with the query: ? or $name'],
])

/** By a word where the parser stopped, or the one before it. */
const words = table([
  ['join inner left right full cross natural asof positional semi anti lateral', 'joins', 'query one table at a time'],
  ['union intersect except', 'set operations', 'run the queries one by one'],
  ['over window qualify', 'window functions', 'use GROUP BY'],
  ['interval', 'intervals', 'compare dates, or use date_trunc'],
  ['exists any some', 'subqueries in expressions', 'a subquery can stand in FROM'],
  ['array struct map', 'nested values', 'use plain columns'],
  ['lambda', 'lambda functions', 'write the expression itself'],
  ['collate', 'collations', 'text is compared by its bytes'],
  ['similar glob', 'patterns of this kind', 'use LIKE or ILIKE'],
  ['tablesample sample using', 'samples', 'use LIMIT, or a condition on a coordinate'],
  ['fetch percent', 'limits of this kind', 'use LIMIT'],
  ['sets', 'grouping sets', 'run one query per grouping'],
  ['within ignore respect', 'ordered aggregates', 'order in a subquery after FROM'],
  ['pivot unpivot', 'pivots', 'use an aggregate with FILTER per column'],
  ['values', 'VALUES lists', 'register the data as a table'],
  ['at', 'time zones', 'times are UTC'],
])

/** By a symbol where the parser stopped, or the one before it. */
const symbols = table([
  ['[ ] {', 'nested values', 'use plain columns'],
  ['-> ->>', 'lambda functions and JSON paths', 'use plain columns'],
  [':= =>', 'named arguments', 'give arguments by position'],
  [':', 'aliases before the expression', 'write expression AS alias'],
  ['#', 'columns by position', 'name the column'],
])

function table(rows: readonly (readonly [string, string, string])[]): ReadonlyMap<string, Feature> {
  return new Map(
    rows.flatMap(([keys, feature, hint]) => keys.split(' ').map((key): [string, Feature] => [key, { feature, hint }])),
  )
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
  for (const token of [tokens[at], tokens[at - 1]]) {
    const key = token?.image.toLowerCase() ?? ''
    const feature = words.get(key) ?? symbols.get(key)
    if (token && feature) return { ...feature, token }
  }
  return undefined
}

/** What only the neighbours of the place tell. */
function foreignSituation(tokens: readonly IToken[], at: number): Foreign | undefined {
  const token = tokens[at]
  if (!token) return undefined
  const situation = situations.find(({ holds }) => holds(token, tokens, at))
  return situation && { token, feature: situation.feature, hint: situation.hint }
}

interface Situation extends Feature {
  readonly holds: (token: IToken, tokens: readonly IToken[], at: number) => boolean
}

const isWord = (token: IToken | undefined, ...images: readonly string[]) =>
  token !== undefined && images.includes(token.image.toLowerCase())

const situations: readonly Situation[] = [
  {
    holds: (token, tokens, at) =>
      isWord(token, 'select', 'from', 'with', 'values') && tokens[at - 1]?.tokenType === LeftParen,
    feature: 'subqueries in expressions',
    hint: 'a subquery can stand in FROM',
  },
  {
    holds: (token, tokens, at) => token.tokenType === Comma && clauseAt(tokens, at) === k.FROM,
    feature: 'joins',
    hint: 'query one table at a time',
  },
  {
    holds: (token, tokens, at) => token.tokenType === LeftParen && clauseAt(tokens, at) === k.FROM,
    feature: 'table functions and lists of column aliases',
    hint: 'FROM takes a path in quotes, a table, or a subquery in parentheses',
  },
  {
    holds: (token, tokens, at) =>
      isWord(token, 'exclude', 'except', 'replace', 'rename', 'like', 'ilike') && tokens[at - 1]?.tokenType === Star,
    feature: 'changes to *',
    hint: 'name the columns',
  },
  {
    holds: (token, tokens, at) => isWord(token, 'on') && tokens[at - 1]?.tokenType === k.DISTINCT,
    feature: 'DISTINCT ON lists',
    hint: 'use GROUP BY with first or min',
  },
  {
    holds: (token, tokens, at) => token.tokenType === k.ORDER && clauseAt(tokens, at) === LeftParen,
    feature: 'ordered aggregates',
    hint: 'order in a subquery after FROM',
  },
  {
    holds: (token, tokens) => token.tokenType === LeftParen && tokens[0]?.tokenType === k.ATTACH,
    feature: 'options of ATTACH',
    hint: 'the format is found by looking at the store',
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
