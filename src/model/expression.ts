/** Bound expressions: names resolved, types known, casts written out. Plain data that can be sent to a worker. */
import type { Span } from './span.js'
import type { Type, Value } from './type.js'

/** Identifies a column within one query; unique over the whole plan. */
export type ColumnId = number

interface Node {
  readonly type: Type
  readonly span?: Span | undefined
}

export interface Literal extends Node {
  readonly kind: 'literal'
  readonly value: Value
  /** A number written in the query: it takes the type of what it meets (FLOAT + 1.5 is FLOAT), where its value fits. */
  readonly adaptable?: true
}

export interface ColumnRef extends Node {
  readonly kind: 'column'
  readonly column: ColumnId
  readonly name: string
  readonly nullable: boolean
}

/**
 * A scalar function or operator by its name in `src/function/`: '+', 'and', 'month' ...
 * `and` and `or` take any number of arguments. Arguments already have the types that the function takes.
 */
export interface Call extends Node {
  readonly kind: 'call'
  readonly function: string
  readonly args: readonly Expression[]
}

/** Searched CASE; a simple CASE is bound to this form. */
export interface Case extends Node {
  readonly kind: 'case'
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[]
  readonly otherwise: Expression
}

export interface Cast extends Node {
  readonly kind: 'cast'
  readonly arg: Expression
  /** TRY_CAST: NULL instead of an error. */
  readonly attempt?: true
}

/** `arg IN (constants)`; lists with other expressions are bound to `or` of `=`. */
export interface InList extends Node {
  readonly kind: 'in'
  readonly arg: Expression
  /** Values of the type of `arg`. A null among them makes the answer NULL where nothing matches. */
  readonly values: readonly Value[]
}

export type Expression = Literal | ColumnRef | Call | Case | Cast | InList

/** One aggregate of a SELECT list, by its name in `src/function/`. */
export interface AggregateCall {
  readonly aggregate: string
  readonly args: readonly Expression[]
  readonly filter?: Expression | undefined
  readonly distinct: boolean
  readonly type: Type
  readonly span?: Span | undefined
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return []
    case 'call':
      return expression.args
    case 'case':
      return [...expression.branches.flatMap(({ when, result }) => [when, result]), expression.otherwise]
    case 'cast':
    case 'in':
      return [expression.arg]
    default:
      return expression satisfies never
  }
}

/** The same node over other children, given in the order of `childrenOf`. */
export function withChildren(expression: Expression, children: readonly Expression[]): Expression {
  const child = (index: number) => children[index] as Expression
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return expression
    case 'call':
      return { ...expression, args: children }
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map((_, i) => ({ when: child(2 * i), result: child(2 * i + 1) })),
        otherwise: child(2 * expression.branches.length),
      }
    case 'cast':
    case 'in':
      return { ...expression, arg: child(0) }
    default:
      return expression satisfies never
  }
}

/** Replaces nodes bottom-up; nodes whose children did not change are kept as they are. */
export function rewrite(expression: Expression, replace: (node: Expression) => Expression): Expression {
  const children = childrenOf(expression)
  const rewritten = children.map((child) => rewrite(child, replace))
  const same = rewritten.every((child, i) => child === children[i])
  return replace(same ? expression : withChildren(expression, rewritten))
}

/** Replaces the largest subexpressions for which there is something else; looks into the others. */
export function replaceLargest(
  expression: Expression,
  other: (node: Expression) => Expression | undefined,
): Expression {
  const found = other(expression)
  if (found) return found
  return withChildren(
    expression,
    childrenOf(expression).map((child) => replaceLargest(child, other)),
  )
}

export function walk(expression: Expression, visit: (node: Expression) => void): void {
  visit(expression)
  for (const child of childrenOf(expression)) walk(child, visit)
}

/** The ids of all columns that an expression reads, each once. */
export function columnsOf(...expressions: readonly Expression[]): Set<ColumnId> {
  const found = new Set<ColumnId>()
  for (const expression of expressions) {
    walk(expression, (node) => {
      if (node.kind === 'column') found.add(node.column)
    })
  }
  return found
}

/** NULL as written, also where it is cast. */
export function isNullConstant(expression: Expression): boolean {
  if (expression.kind === 'cast') return isNullConstant(expression.arg)
  return expression.kind === 'literal' && expression.value === null
}

/** The parts of a conjunction: `a AND (b AND c)` gives a, b, c. */
export function conjuncts(expression: Expression): Expression[] {
  if (expression.kind === 'call' && expression.function === 'and') return expression.args.flatMap(conjuncts)
  return [expression]
}

export function conjunction(parts: readonly Expression[]): Expression | undefined {
  const [first] = parts
  if (!first || parts.length === 1) return first
  return { kind: 'call', function: 'and', args: parts, type: { kind: 'boolean' } }
}
