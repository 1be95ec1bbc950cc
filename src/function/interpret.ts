/** Evaluates bound expressions over batches, by the definitions alone: the oracle of the compiled way, and the way for the rest. */
import type { ColumnId, Expression } from '../model/expression.js'
import { allocate, type Vector } from '../model/vector.js'
import { evaluateCall } from './interpret/call.js'
import { evaluateCase } from './interpret/case.js'
import { evaluateCast } from './interpret/cast.js'
import { constantOperand, type Frame, type Operand, operandOf, spread } from './interpret/frame.js'
import { evaluateIn } from './interpret/in-list.js'
import { builtins, type Registry } from './registry.js'

/** The value of an expression for each of `length` rows. Errors are those of rows that reach what fails. */
export function interpret(
  expression: Expression,
  columns: (id: ColumnId) => Vector,
  length: number,
  registry: Registry = builtins,
): Vector {
  // No row can fail, not even over constants.
  if (length === 0) return { type: expression.type, length, values: allocate(expression.type, 0) }
  // As it is, with whatever forms of it there are.
  if (expression.kind === 'column') return columns(expression.column)
  return spread(evaluate(expression, { length, registry, column: columns }), length)
}

function evaluate(expression: Expression, frame: Frame): Operand {
  switch (expression.kind) {
    case 'literal':
      return constantOperand(expression.type, expression.value)
    case 'column':
      return operandOf(frame.column(expression.column))
    case 'call':
      return evaluateCall(expression, frame, evaluate)
    case 'case':
      return evaluateCase(expression, frame, evaluate)
    case 'cast':
      return evaluateCast(expression, frame, evaluate)
    case 'in':
      return evaluateIn(expression, frame, evaluate)
    default:
      return expression satisfies never
  }
}
