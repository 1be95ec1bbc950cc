/** The errors of this folder: what was found, what was expected, where. */
import { EOF, type IToken } from 'chevrotain'
import { ChunkQLError } from '../model/error.js'
import type { Span } from '../model/span.js'
import { extentOf } from './cst.js'

export function unexpected(token: IToken, expected: readonly string[], hint?: string): ChunkQLError {
  const wanted = expected.length > 0 ? `expected ${oneOf(expected)}` : 'which cannot stand here'
  return new ChunkQLError('parse', `found ${foundText(token)}, ${wanted}`, { span: extentOf(token), hint })
}

export function unsupported(found: string, feature: string, span: Span, hint?: string): ChunkQLError {
  return new ChunkQLError('unsupported', `found \`${found}\`: ${feature} are not supported yet`, { span, hint })
}

function foundText(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the query'
  return `\`${token.image.length > 40 ? `${token.image.slice(0, 37)}...` : token.image}\``
}

/** a, b or c. */
export function oneOf(items: readonly string[]): string {
  const last = items[items.length - 1] ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} or ${last}`
}
