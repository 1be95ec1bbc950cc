/**
 * A group key that is a CASE over constant texts becomes one over their numbers; the texts are put back for each group.
 * Numbers compile and group by arithmetic, texts are made and compared row by row.
 */
import type { Case, ColumnId, Expression, Literal } from '../model/expression.js'
import {
  type Aggregate,
  type NamedExpression,
  type OutputColumn,
  outputOf,
  type Plan,
  reference,
  rewritePlan,
} from '../model/plan.js'
import { BOOLEAN, INT32, type Type, VARCHAR } from '../model/type.js'
import { highestId, type Rule } from './rule.js'

export const codeTextKeys: Rule = {
  name: 'code-text-keys',
  apply: (plan) => {
    let next = 1 + highestId(plan)
    return rewritePlan(plan, (node) => (node.kind === 'aggregate' ? coded(node, () => next++) : node))
  },
}

function coded(node: Aggregate, nextId: () => ColumnId): Plan {
  const texts = node.keys.map(({ expression }) => textsOf(expression))
  if (texts.every((list) => list === undefined)) return node
  const keys = node.keys.map((key, k) => ({ ...key, id: nextId(), expression: numbered(key.expression, texts[k]) }))
  const aggregates = node.aggregates.map((aggregate) => ({ ...aggregate, id: nextId() }))
  const inner: Aggregate = { ...node, keys, aggregates }
  const inside = outputOf(inner)
  const columns = outputOf(node).map(({ id, name }, k): NamedExpression => {
    const column = reference(inside[k] as OutputColumn)
    const list = texts[k]
    return { id, name, expression: list ? textOf(column, list) : column }
  })
  return { kind: 'project', input: inner, columns }
}

/** The texts of a CASE that gives nothing else but NULL, each once; undefined for all other expressions. */
function textsOf(expression: Expression): string[] | undefined {
  if (expression.kind !== 'case' || expression.type.kind !== 'varchar') return undefined
  const results = resultsOf(expression)
  if (!results.every((result): result is Literal => result.kind === 'literal')) return undefined
  return [...new Set(results.flatMap(({ value }) => (value === null ? [] : [value as string])))]
}

function resultsOf({ branches, otherwise }: Case): Expression[] {
  return [...branches.map(({ result }) => result), otherwise]
}

function numbered(expression: Expression, texts: readonly string[] | undefined): Expression {
  if (!texts || expression.kind !== 'case') return expression
  const number = (result: Expression): Expression => {
    const { value } = result as Literal
    return literal(INT32, value === null ? null : texts.indexOf(value as string))
  }
  return {
    ...expression,
    type: INT32,
    branches: expression.branches.map(({ when, result }) => ({ when, result: number(result) })),
    otherwise: number(expression.otherwise),
  }
}

function textOf(number: Expression, texts: readonly string[]): Expression {
  const branches = texts.map((text, code) => ({
    when: { kind: 'call', function: '=', args: [number, literal(INT32, code)], type: BOOLEAN } as const,
    result: literal(VARCHAR, text),
  }))
  return { kind: 'case', branches, otherwise: literal(VARCHAR, null), type: VARCHAR }
}

function literal(type: Type, value: Literal['value']): Literal {
  return { kind: 'literal', type, value }
}
