/** Computes the constant parts of an expression. Called by the binder and by the optimizer. */
import { ChunkQLError } from '../model/error.js'
import { type Expression, isNullConstant, type Literal, rewrite } from '../model/expression.js'
import { valueAt } from '../model/vector.js'
import { interpret } from './interpret.js'
import { builtins, type Registry } from './registry.js'

/** Constants for what has no columns. What raises an error is left alone: the row that needs it may not exist. */
export function fold(expression: Expression, registry: Registry = builtins): Expression {
  return rewrite(expression, (node) => {
    if (isNullCall(node, registry)) return { kind: 'literal', type: node.type, value: null, span: node.span }
    return isFoldable(node) ? folded(node, registry) : node
  })
}

/** NULL whatever the other arguments are; an error in them is then not raised, as in DuckDB. */
function isNullCall(node: Expression, registry: Registry): boolean {
  if (node.kind !== 'call' || !node.args.some(isNullConstant)) return false
  const definition = registry.scalarFunction(node.function)
  return definition !== undefined && definition.nulls !== 'own'
}

/** All parts are constants: they were folded before, where they could be. */
function isFoldable(node: Expression): boolean {
  switch (node.kind) {
    case 'literal':
    case 'column':
      return false
    case 'call':
      return node.args.every(isLiteral)
    case 'case':
      return (
        isLiteral(node.otherwise) && node.branches.every(({ when, result }) => isLiteral(when) && isLiteral(result))
      )
    case 'cast':
    case 'in':
      return isLiteral(node.arg)
    default:
      return node satisfies never
  }
}

const isLiteral = (node: Expression): node is Literal => node.kind === 'literal'

function folded(node: Expression, registry: Registry): Expression {
  try {
    const vector = interpret(node, noColumn, 1, registry)
    return { kind: 'literal', type: node.type, value: valueAt(vector, 0), span: node.span }
  } catch (error) {
    if (error instanceof ChunkQLError && error.code === 'value') return node
    throw error
  }
}

function noColumn(): never {
  throw new ChunkQLError('internal', 'a constant reads a column')
}
