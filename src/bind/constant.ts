/** Values that must be known when a query is bound: LIMIT and OFFSET. Called by `order.ts`. */
import { fold } from '../function/fold.js'
import { ChunkQLError } from '../model/error.js'
import type { Expression } from '../model/expression.js'
import type { Value } from '../model/type.js'
import type { Shared } from './context.js'

export function constantOf(expression: Expression, { registry }: Shared): Value {
  const folded = fold(expression, registry)
  if (folded.kind === 'literal') return folded.value
  throw new ChunkQLError('value', 'the value cannot be computed', { span: expression.span })
}
