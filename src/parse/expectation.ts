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
const tokensMax = 1000

export function expectedAfter(rule: Entry, tokens: readonly IToken[]): Expected {
  if (tokens.length > tokensMax) return { words: ['something else'], keywords: [], name: false }
  const next = grammar().computeContentAssist(rule, tokens as IToken[])
  const types = [...new Set(next.map(({ nextTokenType }) => nextTokenType))]
  const words = wordsFor(types)
  return {
    words: rule === 'statement' && isComplete(tokens) ? [...words, 'the end of the query'] : words,
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

/** Where `key` is expected, one word stands for it and for what comes with it. */
interface Group {
  readonly key: TokenType
  readonly word: string
  readonly members: readonly TokenType[]
}

/** An empty word is not said. */
const groups: readonly Group[] = [
  {
    key: t.Literal,
    word: 'an expression',
    members: [
      t.Prefix,
      t.Word,
      t.Name,
      k.CASE,
      k.CAST,
      k.INTERVAL,
      k.TRY_CAST,
      t.Star,
      t.LeftParen,
      t.LeftBracket,
      k.DISTINCT,
      k.ALL,
      k.BOTH,
      k.LEADING,
      k.TRAILING,
    ],
  },
  { key: k.WHERE, word: 'WHERE', members: [k.HAVING, k.OFFSET, k.BY] },
  { key: k.GROUP, word: 'GROUP BY', members: [k.HAVING] },
  { key: k.ORDER, word: 'ORDER BY', members: [] },
  { key: k.LIMIT, word: 'LIMIT', members: [k.OFFSET, k.FETCH] },
  { key: t.RightParen, word: '`)`', members: [k.FROM, k.FOR, k.PLACING] },
  { key: k.UNKNOWN, word: '', members: [] },
  { key: k.CROSS, word: '', members: [t.Comma] },
  { key: k.EXPLAIN, word: 'EXPLAIN', members: [t.LeftParen, k.DESC] },
  {
    key: k.AS,
    word: 'an alias',
    members: [t.Alias, t.Name, t.Dot, t.Colon, t.LeftParen, k.EXCLUDE, k.REPLACE, k.RENAME],
  },
  {
    key: t.Infix,
    word: 'an operator',
    members: [
      k.NOT,
      k.IS,
      k.ISNULL,
      k.NOTNULL,
      t.DoubleColon,
      t.Colon,
      t.LeftParen,
      t.LeftBracket,
      t.Text,
      t.Dot,
      k.FILTER,
    ],
  },
]

/** What fits almost anywhere comes last. */
const late = ['an alias', 'an operator']

const plain: ReadonlyMap<TokenType, string> = new Map([
  [t.Name, 'a name'],
  [t.Label, 'a name'],
  [t.Alias, 'an alias'],
  [t.Text, 'a string'],
  [t.NumberLiteral, 'a number'],
  [t.Match, 'LIKE'],
  [k.DISTINCT, 'DISTINCT FROM'],
  [k.NULLS, 'NULLS FIRST'],
])

function wordsFor(types: readonly TokenType[]): string[] {
  const active = groups.filter(({ key }) => types.includes(key))
  const grouped = new Map(
    active.flatMap(({ key, word, members }) => [[key, word], ...members.map((m) => [m, ''])] as [TokenType, string][]),
  )
  const words = types.map((type) => grouped.get(type) ?? wordFor(type)).filter((word) => word !== '')
  return [...new Set(words)].sort((a, b) => late.indexOf(a) - late.indexOf(b))
}

function wordFor(type: TokenType): string {
  return plain.get(type) ?? (isKeyword(type) ? type.name : `\`${type.LABEL ?? type.name}\``)
}
