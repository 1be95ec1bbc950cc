/** Text to tokens, keywords told from names. Called by `parse` and by those who split texts into statements. */
import { type IToken, Lexer, type TokenType, tokenMatcher } from 'chevrotain'
import { classify } from '../../grammar/keyword-tokens.js'
import { Semicolon, symbols, Unterminated } from '../../grammar/tokens.js'
import { ChunkQLError } from '../model/error.js'
import { extentOf } from './cst.js'

let shared: Lexer | undefined

/** The tokens, comments left out; what cannot be read is an error. */
export function lex(text: string): readonly IToken[] {
  const { tokens, errors } = scan(text)
  const stray = errors[0]
  if (stray) throw strayCharacter(text, stray.offset)
  const open = tokens[tokens.length - 1]
  if (open && tokenMatcher(open, Unterminated)) throw unterminated(open)
  return tokens
}

/** The same for a text that may be wrong or unfinished. */
export function scan(text: string) {
  shared ??= new Lexer(symbols as TokenType[], { positionTracking: 'onlyOffset', skipValidations: true })
  const result = shared.tokenize(text)
  classify(result.tokens)
  return result
}

/** The tokens of each statement, without the semicolons; empty statements are left out. */
export function statementsOf(tokens: readonly IToken[]): readonly (readonly IToken[])[] {
  const statements: (readonly IToken[])[] = []
  let start = 0
  for (let end = 0; end <= tokens.length; end++) {
    if (end < tokens.length && tokens[end]?.tokenType !== Semicolon) continue
    if (end > start) statements.push(tokens.slice(start, end))
    start = end + 1
  }
  return statements
}

function strayCharacter(text: string, at: number): ChunkQLError {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return new ChunkQLError('parse', `found \`${character}\`, which has no meaning in SQL`, {
    span: { start: at, end: at + character.length },
    hint: character === '`' ? 'names are quoted with double quotes: "name"' : undefined,
  })
}

function unterminated(token: IToken): ChunkQLError {
  const { start } = extentOf(token)
  const opening = /^(?:\/\*|"|[eE]?'|\$\w*\$)/.exec(token.image)?.[0] ?? ''
  const closing = opening === '/*' ? '*/' : opening.replace(/^[eE]/, '')
  return new ChunkQLError('parse', `the ${token.tokenType.LABEL} that begins here is never closed`, {
    span: { start, end: start + opening.length },
    hint: `close it with ${closing}`,
  })
}
