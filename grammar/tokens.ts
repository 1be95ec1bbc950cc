/** The tokens of the language. The lexer knows characters only; words become keywords in a second step (`classify`). */
import { createToken, Lexer, type TokenType, type TokenVocabulary } from 'chevrotain'
import { blockComment, dollarString } from './pattern.js'

// What a token can stand for: the grammar asks for these wherever several tokens fit one place.

const category = (name: string, label: string) => createToken({ name, label, pattern: Lexer.NA })
/** A column, a table, a setting. */
export const Name = category('Name', 'name')
/** Any word at all, after AS or a dot. */
export const Label = category('Label', 'label')
/** A column, a function or a type: what may begin an operand. */
export const Word = category('Word', 'word')
/** An alias without AS: keywords, also free ones, are not taken. */
export const Alias = category('Alias', 'alias')
/** A constant that is one token. */
export const Literal = category('Literal', 'literal')
export const Prefix = category('Prefix', 'prefix operator')
export const Infix = category('Infix', 'operator')
/** What may follow NOT between two operands. */
export const Match = category('Match', 'LIKE')
/** A string in any of its notations. */
export const Text = category('Text', 'string')
/** What an INTERVAL is counted in. */
export const TimeUnit = category('TimeUnit', 'unit of time')
/** A quote or a comment that is never closed: it runs to the end of the text. */
export const Unterminated = category('Unterminated', 'rest')

const token = (name: string, label: string, pattern: RegExp, ...categories: TokenType[]) =>
  createToken({ name, label, pattern, categories })

export const Identifier = token(
  'Identifier',
  'name',
  /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/,
  Name,
  Label,
  Word,
  Alias,
)
export const QuotedName = token('QuotedName', 'name', /"[^"]*"(?:"[^"]*")*/, Name, Label, Word, Alias)
export const NumberLiteral = token(
  'NumberLiteral',
  'number',
  /0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?/,
  Literal,
)
/** Two strings with a line break between them are one, as the standard says. */
export const PlainString = token('PlainString', 'string', /'[^']*'(?:(?:[ \t\r\f]*\n\s*)?'[^']*')*/, Literal, Text)
export const EscapeString = token('EscapeString', 'string', /[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'/, Literal, Text)
export const DollarString = createToken({
  name: 'DollarString',
  label: 'string',
  pattern: dollarString,
  line_breaks: true,
  start_chars_hint: ['$'],
  categories: [Literal, Text],
})
export const Parameter = token('Parameter', 'parameter', /\?\d*|\$(?:\d+|[A-Za-z_]\w*)/, Literal)

/** A deeply nested group that was parsed on its own; it is not in any text. */
export const Folded = createToken({ name: 'Folded', label: 'group', pattern: Lexer.NA, categories: [Literal] })

export const LeftParen = token('LeftParen', '(', /\(/)
export const RightParen = token('RightParen', ')', /\)/)
export const LeftBracket = token('LeftBracket', '[', /\[/)
export const RightBracket = token('RightBracket', ']', /\]/)
export const Comma = token('Comma', ',', /,/)
export const Dot = token('Dot', '.', /\./)
export const Semicolon = token('Semicolon', ';', /;/)
export const DoubleColon = token('DoubleColon', '::', /::/)
/** Between the name of a dimension and what is taken of it. */
export const Arrow = token('Arrow', '=>', /=>/)
export const Colon = token('Colon', ':', /:(?!=)/)
export const Equals = token('Equals', '=', /==?/, Infix)
export const Star = token('Star', '*', /\*/, Infix)
export const Plus = token('Plus', '+', /\+/, Infix, Prefix)
export const Minus = token('Minus', '-', /-/, Infix, Prefix)
export const Tilde = token('Tilde', '~', /~/, Prefix)
export const Operator = token('Operator', 'operator', /~~\*?|\^@|\*\*|\/\/|<>|!=|<=|>=|<<|>>|\|\||[/%^<>&|]/, Infix)
/** Read so that the parser can say what it is that is not spoken. */
export const Foreign = token('Foreign', 'symbol', /->>?|:=|[{}#@]|!(?!=)/)

const Space = createToken({ name: 'Space', pattern: /\s+/, group: Lexer.SKIPPED })
const LineComment = createToken({ name: 'LineComment', pattern: /--[^\n]*/, group: Lexer.SKIPPED })
const BlockComment = createToken({
  name: 'BlockComment',
  pattern: blockComment,
  group: Lexer.SKIPPED,
  line_breaks: true,
  start_chars_hint: ['/'],
})

export const UnterminatedString = token('UnterminatedString', 'string', /[eE]?'[\s\S]*/, Unterminated)
export const UnterminatedDollar = token('UnterminatedDollar', 'string', /\$(?:[A-Za-z_]\w*)?\$[\s\S]*/, Unterminated)
export const UnterminatedName = token('UnterminatedName', 'quoted name', /"[\s\S]*/, Unterminated)
export const UnterminatedComment = token('UnterminatedComment', 'comment', /\/\*[\s\S]*/, Unterminated)

/** In the order in which they are tried. */
export const symbols: readonly TokenType[] = [
  Space,
  LineComment,
  BlockComment,
  UnterminatedComment,
  EscapeString,
  PlainString,
  UnterminatedString,
  Identifier,
  QuotedName,
  UnterminatedName,
  NumberLiteral,
  DollarString,
  UnterminatedDollar,
  Parameter,
  Comma,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  Dot,
  Semicolon,
  DoubleColon,
  Colon,
  Arrow,
  Foreign,
  Operator,
  Equals,
  Star,
  Plus,
  Minus,
  Tilde,
]

export const categories: readonly TokenType[] = [
  Name,
  Label,
  Word,
  Alias,
  Literal,
  Prefix,
  Infix,
  Match,
  Text,
  TimeUnit,
  Unterminated,
]

export const vocabulary = (keywords: readonly TokenType[]): TokenVocabulary => [
  ...symbols,
  ...categories,
  Folded,
  ...keywords,
]
