/** One token per keyword that the grammar names, one per class for all others; and the step that finds them among words. */
import { createToken, type IToken, Lexer, type TokenType } from 'chevrotain'
import { type KeywordClass, keywordClasses } from './keywords.js'
import { Alias, Identifier, Infix, Label, Literal, Match, Name, Prefix, TimeUnit, Word } from './tokens.js'

// biome-ignore format: a list of words
const spoken = [
  'ALL', 'ANALYZE', 'AND', 'AS', 'ASC', 'ATTACH', 'ATTRIBUTES', 'BETWEEN', 'BOTH', 'BY', 'CASE', 'CAST', 'CROSS',
  'DATABASE', 'DEFAULT', 'DESC', 'DESCRIBE', 'DETACH', 'DISTINCT', 'DROP', 'ELSE', 'END', 'ESCAPE', 'EXCLUDE', 'EXPLAIN',
  'FALSE', 'FETCH', 'FILTER', 'FIRST', 'FOR', 'FROM', 'GLOBAL', 'GROUP', 'HAVING', 'ILIKE', 'IN', 'INTERVAL', 'IS',
  'ISNULL', 'JOIN', 'LAST', 'LATERAL', 'LEADING', 'LIKE', 'LIMIT', 'MATERIALIZED', 'NAME', 'NEXT', 'NOT', 'NOTNULL',
  'NULL', 'NULLS', 'OFFSET', 'ONLY', 'OR', 'ORDER', 'ORDINALITY', 'PLACING', 'PRECISION', 'RENAME', 'REPLACE', 'RESET',
  'ROW', 'ROWS', 'SELECT', 'SESSION', 'SET', 'SHOW', 'STATISTICS', 'TABLES', 'THEN', 'TIME', 'TO', 'TRAILING', 'TRUE',
  'TRY_CAST', 'UNKNOWN', 'VALUES', 'VARYING', 'WHEN', 'WHERE', 'WITH', 'WITHOUT', 'ZONE',
] as const

export type Keyword = (typeof spoken)[number]

const places: Readonly<Record<KeywordClass, readonly TokenType[]>> = {
  reserved: [Label],
  unreserved: [Name, Label, Word],
  column: [Name, Label, Word],
  function: [Label, Word],
}

/** What a keyword is besides a word. */
const roles: Partial<Record<Keyword, readonly TokenType[]>> = {
  // No keyword of DuckDB: free wherever a name is.
  ATTRIBUTES: [Alias],
  AND: [Infix],
  OR: [Infix],
  LIKE: [Infix, Match],
  ILIKE: [Infix, Match],
  BETWEEN: [Infix, Match],
  IN: [Infix, Match],
  ESCAPE: [Infix],
  NOT: [Prefix],
  TRUE: [Literal],
  FALSE: [Literal],
  NULL: [Literal],
}

/** Words after the number of an INTERVAL. */
// biome-ignore format: a list of words
const timeUnits = [
  'CENTURIES', 'CENTURY', 'DAY', 'DAYS', 'DECADE', 'DECADES', 'HOUR', 'HOURS', 'MICROSECOND', 'MICROSECONDS', 'MILLENNIA',
  'MILLENNIUM', 'MILLISECOND', 'MILLISECONDS', 'MINUTE', 'MINUTES', 'MONTH', 'MONTHS', 'QUARTER', 'QUARTERS', 'SECOND',
  'SECONDS', 'WEEK', 'WEEKS', 'YEAR', 'YEARS',
] as const

/** These open forms of their own, so that they begin no name. */
const forms: ReadonlySet<string> = new Set<Keyword>(['TRY_CAST'])

function keywordToken(word: Keyword): TokenType {
  const kind = keywordClasses.get(word.toLowerCase()) ?? 'unreserved'
  const names = forms.has(word) ? [Label] : places[kind]
  return createToken({ name: word, label: word, pattern: Lexer.NA, categories: [...names, ...(roles[word] ?? [])] })
}

/** The keywords that the grammar names: `keyword.SELECT`. */
export const keyword = Object.fromEntries(spoken.map((word) => [word, keywordToken(word)])) as Record<
  Keyword,
  TokenType
>

/** Free words all of them. */
const timeUnit = createToken({
  name: 'TimeUnitWord',
  label: 'unit of time',
  pattern: Lexer.NA,
  categories: [...places.unreserved, TimeUnit],
})

const others: Readonly<Record<KeywordClass, TokenType>> = {
  reserved: createToken({ name: 'ReservedWord', label: 'reserved word', pattern: Lexer.NA, categories: [Label] }),
  unreserved: createToken({ name: 'FreeWord', label: 'name', pattern: Lexer.NA, categories: [...places.unreserved] }),
  column: createToken({ name: 'ColumnWord', label: 'name', pattern: Lexer.NA, categories: [...places.column] }),
  function: createToken({
    name: 'FunctionWord',
    label: 'function',
    pattern: Lexer.NA,
    categories: [...places.function],
  }),
}

export const keywordTokens: readonly TokenType[] = [...Object.values(keyword), timeUnit, ...Object.values(others)]

const byWord: ReadonlyMap<string, TokenType> = new Map<string, TokenType>([
  ...[...keywordClasses].map(([word, kind]): [string, TokenType] => [word, others[kind]]),
  ...timeUnits.map((word): [string, TokenType] => [word.toLowerCase(), timeUnit]),
  ...Object.entries(keyword).map(([word, type]): [string, TokenType] => [word.toLowerCase(), type]),
])

/** Turns the identifiers that are keywords into keywords, in place: one look into a map instead of a pattern per keyword. */
export function classify(tokens: readonly IToken[]): void {
  for (const token of tokens) {
    const type = token.tokenType === Identifier ? byWord.get(token.image.toLowerCase()) : undefined
    if (type === undefined) continue
    token.tokenType = type
    token.tokenTypeIdx = type.tokenTypeIdx ?? token.tokenTypeIdx
  }
}
