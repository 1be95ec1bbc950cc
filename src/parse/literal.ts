/** What a name, a string, a number or a parameter of the text says. Called wherever syntax is built from tokens. */
import type { IToken } from 'chevrotain'
import { keyword } from '../../grammar/keyword-tokens.js'
import { DollarString, EscapeString, NumberLiteral, Parameter, QuotedName } from '../../grammar/tokens.js'
import { ChunkQLError } from '../model/error.js'
import type { ExpressionSyntax, Name } from '../model/syntax.js'
import { extentOf } from './cst.js'

/** A name, quoted or not; a string counts as quoted. */
export function nameOf(token: IToken): Name {
  const span = extentOf(token)
  const first = token.image[0]
  if (token.tokenType === QuotedName) return { text: unquote(token), quoted: true, span }
  if (first === "'" || token.tokenType === EscapeString || token.tokenType === DollarString)
    return { text: textOf(token), quoted: true, span }
  return { text: token.image, quoted: false, span }
}

function unquote(token: IToken): string {
  const text = token.image.slice(1, -1).replaceAll('""', '"')
  if (text === '') throw new ChunkQLError('parse', 'found `""`, a name without letters', { span: extentOf(token) })
  return text
}

/** The value of a string in any of its notations. */
export function textOf(token: IToken): string {
  if (token.tokenType === EscapeString) return undoEscapes(token.image.slice(2, -1))
  if (token.tokenType === DollarString) {
    const tag = token.image.indexOf('$', 1) + 1
    return token.image.slice(tag, -tag)
  }
  return token.image.slice(1, -1).replace(/''|'[^']*'/g, (found) => (found === "''" ? "'" : ''))
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

function undoEscapes(text: string): string {
  return text.replace(
    /''|\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (found, hex: string | undefined, short, long, octal: string | undefined, plain: string | undefined) => {
      if (found === "''") return "'"
      const code = hex ?? short ?? long
      if (code !== undefined) return character(Number.parseInt(code, 16))
      if (octal !== undefined) return character(Number.parseInt(octal, 8))
      return escapes[plain ?? ''] ?? plain ?? ''
    },
  )
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}

/** A constant of one token. */
export function buildLiteral(token: IToken): ExpressionSyntax {
  const span = extentOf(token)
  switch (token.tokenType) {
    case keyword.NULL:
      return { kind: 'word', value: null, span }
    case keyword.TRUE:
      return { kind: 'word', value: true, span }
    case keyword.FALSE:
      return { kind: 'word', value: false, span }
    case NumberLiteral:
      return { kind: 'number', text: token.image, span }
    case Parameter:
      return { kind: 'parameter', name: parameterName(token), span }
    default:
      return { kind: 'string', value: textOf(token), span }
  }
}

/** `$1` and `?1` are the first parameter, number 0; a bare `?` was numbered when the text was read. */
function parameterName(token: IToken): string | number {
  const written = token.image.slice(1)
  if (written === '') return token.payload as number
  if (!/^\d/.test(written)) return written
  if (Number(written) === 0)
    throw new ChunkQLError('parse', `found \`${token.image}\`, but parameters are counted from 1`, {
      span: extentOf(token),
    })
  return Number(written) - 1
}
