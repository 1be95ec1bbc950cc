/** Expressions with every operator in parentheses, so that a test shows what binds tighter. */
import { printExpression } from '../../src/model/print-syntax.js'
import type { ExpressionSyntax } from '../../src/model/syntax.js'

export function groupedText(node: ExpressionSyntax): string {
  const not = 'negated' in node && node.negated ? 'NOT ' : ''
  switch (node.kind) {
    case 'operator':
      return operatorText(node.operator.toUpperCase(), node.args.map(groupedText))
    case 'between':
      return `(${groupedText(node.arg)} ${not}BETWEEN ${groupedText(node.low)} AND ${groupedText(node.high)})`
    case 'in':
      return `(${groupedText(node.arg)} ${not}IN (${node.list.map(groupedText).join(', ')}))`
    case 'isNull':
      return `(${groupedText(node.arg)} IS ${not}NULL)`
    case 'cast':
      return `(${groupedText(node.arg)})::${node.type.text}`
    case 'call':
      return `${node.name.text}(${node.args.map(groupedText).join(', ')})`
    default:
      return printExpression(node)
  }
}

function operatorText(operator: string, args: readonly string[]): string {
  if (args.length > 1) return `(${args.join(` ${operator} `)})`
  return operator.startsWith('IS ') ? `(${args.join('')} ${operator})` : `(${operator} ${args.join('')})`
}
