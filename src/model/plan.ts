/** The logical plan: what is to be computed, over which grid. Each node's output is a list of columns with ids. */
import { type Attributes, attributesOfValues } from './attribute.js'
import type { AggregateCall, ColumnId, Expression, Literal } from './expression.js'
import type { Column, Dimension } from './schema.js'
import type { Span } from './span.js'
import type { Type } from './type.js'
import type { Batch, Header } from './vector.js'

export interface OutputColumn {
  readonly id: ColumnId
  readonly name: string
  readonly type: Type
  readonly nullable: boolean
}

/** A column that a scan offers; `column` says where it lies. */
export interface ScanColumn extends OutputColumn {
  readonly column: Column
}

export interface NamedExpression {
  readonly id: ColumnId
  readonly name: string
  readonly expression: Expression
}

export interface NamedAggregate {
  readonly id: ColumnId
  readonly name: string
  readonly call: AggregateCall
}

export interface SortKey {
  readonly expression: Expression
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** What is taken along a dimension; `text` as the query has it. Where values are meant, they are looked up when the coordinate is known. */
export type Slice = { readonly dim: number; readonly text: string; readonly span: Span } & (
  | { readonly kind: 'positions'; readonly start: number; readonly end: number; readonly step: number }
  | {
      readonly kind: 'values'
      readonly coordinate: SliceCoordinate
      /** Conditions on the coordinate as it counts up, and as it counts down. */
      readonly ascending: readonly Expression[]
      readonly descending: readonly Expression[]
      /** A range needs a coordinate in order; a value must be there. */
      readonly of: 'range' | 'value'
      readonly step: number
    }
  | { readonly kind: 'nearest'; readonly coordinate: SliceCoordinate; readonly value: Literal }
)

export interface SliceCoordinate {
  readonly id: ColumnId
  readonly name: string
  readonly type: Type
}

/** The cells of a grid, in C order. `source` and `table` name it in the catalog. */
export interface Scan {
  readonly kind: 'scan'
  readonly source: string
  readonly table: string
  readonly dims: readonly Dimension[]
  readonly columns: readonly ScanColumn[]
  readonly slices?: readonly Slice[] | undefined
  /** What the optimizer pushed down: all cells that are emitted satisfy it. */
  readonly predicate?: Expression | undefined
  readonly span?: Span | undefined
}

/** Constant rows: `SELECT 1` reads one row of no columns. */
export interface ValuesPlan {
  readonly kind: 'values'
  readonly columns: readonly OutputColumn[]
  readonly batch: Batch
}

export interface Filter {
  readonly kind: 'filter'
  readonly input: Plan
  readonly predicate: Expression
}

export interface Project {
  readonly kind: 'project'
  readonly input: Plan
  readonly columns: readonly NamedExpression[]
}

/** No keys: exactly one row, also over no input. */
export interface Aggregate {
  readonly kind: 'aggregate'
  readonly input: Plan
  readonly keys: readonly NamedExpression[]
  readonly aggregates: readonly NamedAggregate[]
}

/** Stable: ties keep the order of the input. `limit` (set by the optimizer) = only the first rows are needed. */
export interface Sort {
  readonly kind: 'sort'
  readonly input: Plan
  readonly keys: readonly SortKey[]
  readonly limit?: number | undefined
}

export interface Limit {
  readonly kind: 'limit'
  readonly input: Plan
  readonly limit: number | undefined
  readonly offset: number
}

/** A row for each item of lists: as many as the longest has; shorter ones are NULL then. */
export interface Unnest {
  readonly kind: 'unnest'
  readonly input: Plan
  readonly columns: readonly UnnestColumn[]
}

/** The value of a column of the input, repeated; an item of it, which is a list; or the place of the item, from 1. */
export interface UnnestColumn extends OutputColumn {
  readonly from: ColumnId
  readonly what: 'value' | 'item' | 'place'
}

export type Plan = Scan | ValuesPlan | Filter | Project | Aggregate | Sort | Limit | Unnest

export function inputsOf(plan: Plan): readonly Plan[] {
  return plan.kind === 'scan' || plan.kind === 'values' ? [] : [plan.input]
}

/** Replaces nodes bottom-up, as `rewrite` does for expressions. */
export function rewritePlan(plan: Plan, replace: (node: Plan) => Plan): Plan {
  if (plan.kind === 'scan' || plan.kind === 'values') return replace(plan)
  const input = rewritePlan(plan.input, replace)
  return replace(input === plan.input ? plan : { ...plan, input })
}

/** An output column as an expression of the nodes above. */
export function reference({ id, name, type, nullable }: OutputColumn): Expression {
  return { kind: 'column', column: id, name, type, nullable }
}

/** The columns that a node emits. */
export function outputOf(plan: Plan): readonly OutputColumn[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'unnest':
      return plan.columns
    case 'filter':
    case 'sort':
    case 'limit':
      return outputOf(plan.input)
    case 'project':
      return plan.columns.map(({ id, name, expression }) => ({
        id,
        name,
        type: expression.type,
        nullable: isNullable(expression),
      }))
    case 'aggregate':
      return [
        ...plan.keys.map(({ id, name, expression }) => ({
          id,
          name,
          type: expression.type,
          nullable: isNullable(expression),
        })),
        ...plan.aggregates.map(({ id, name, call }) => ({
          id,
          name,
          type: call.type,
          nullable: call.aggregate !== 'count',
        })),
      ]
    default:
      return plan satisfies never
  }
}

/** What is said of a plan's columns: the names of results, and the attributes of those that are columns of a store. */
export function headerOf(plan: Plan): Header {
  const attributes = attributesIn(plan)
  return {
    columns: outputOf(plan).map(({ id, name, type, nullable }) => {
      const own = attributes.get(id)
      return { name, type, nullable, ...(own && { attributes: own }) }
    }),
  }
}

/** By column, through whatever hands columns on unchanged. */
export function attributesIn(plan: Plan): Map<ColumnId, Attributes> {
  const found = new Map(inputsOf(plan).flatMap((input) => [...attributesIn(input)]))
  if (plan.kind === 'scan') for (const { id, column } of plan.columns) found.set(id, attributesOfValues(column))
  const named = plan.kind === 'project' ? plan.columns : plan.kind === 'aggregate' ? plan.keys : []
  for (const { id, expression } of named) {
    const own = expression.kind === 'column' ? found.get(expression.column) : undefined
    if (own) found.set(id, own)
  }
  return found
}

/** Whether an expression can be NULL, judged by its columns alone: false is certain, true is "may be". */
export function isNullable(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return expression.value === null
    case 'column':
      return expression.nullable
    default:
      return true
  }
}
