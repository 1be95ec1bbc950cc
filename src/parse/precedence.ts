/**
 * From the flat parts of an expression to its tree: operators wait until a looser one comes.
 * A stack instead of recursion, so that neither long chains nor long runs of prefixes cost call depth.
 */
import type { CstElement, IToken } from 'chevrotain'
import { Comma } from '../../grammar/tokens.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { unexpected } from './complaint.js'
import { readContinuation } from './continuation.js'
import { isToken } from './cst.js'
import { type Builder, type Reader, readOperand } from './reader.js'
import { emptyYard, finish } from './yard.js'

export interface Resolved {
  readonly items: readonly ExpressionSyntax[]
  /** A comma that nothing follows. */
  readonly trailing?: IToken | undefined
}

/** The expressions between the commas of `parts`. */
export function resolve(parts: readonly CstElement[], builder: Builder): Resolved {
  const reader: Reader = { parts, builder, at: 0, yard: emptyYard() }
  const items: ExpressionSyntax[] = []
  for (;;) {
    items.push(readExpression(reader))
    const comma = parts[reader.at++]
    const next = parts[reader.at]
    if (!isToken(comma)) return { items }
    if (next === undefined) return { items, trailing: comma }
    if (isComma(next)) throw unexpected(next, ['an expression'])
  }
}

/** One expression, up to a comma or the end. */
function readExpression(reader: Reader): ExpressionSyntax {
  readOperand(reader)
  for (;;) {
    const next = reader.parts[reader.at]
    if (next === undefined || isComma(next)) return finish(reader.yard)
    readContinuation(reader)
  }
}

function isComma(part: CstElement): part is IToken {
  return isToken(part) && part.tokenType === Comma
}
