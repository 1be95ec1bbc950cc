/** The columns of a job: what is read, when, and what was computed along dimensions instead. Called by `schedule.ts`. */
import { ChunkQLError } from '../model/error.js'
import { type ColumnId, columnsOf, type Expression, replaceLargest, rewrite } from '../model/expression.js'
import { identityOf } from '../model/identity.js'
import type { JobColumn } from '../model/job.js'
import type { ScanColumn } from '../model/plan.js'
import { isObjectType } from '../model/type.js'
import type { Vector } from '../model/vector.js'
import type { Dimensions } from './dimensions.js'

/**
 * Replaces the largest subexpressions of one dimension by columns of values along it, so that `cos(lat) * t2m` computes
 * the cosine once per latitude. Expressions that were replaced alike share a column.
 */
export class Hoisting {
  readonly #made = new Map<string, JobColumn>()

  constructor(
    readonly dimensions: Dimensions,
    readonly nextId: () => ColumnId,
  ) {}

  get columns(): JobColumn[] {
    return [...this.#made.values()]
  }

  hoist(expression: Expression): Expression {
    return replaceLargest(expression, (node) => this.#column(node))
  }

  #column(expression: Expression): Expression | undefined {
    if (expression.kind === 'literal' || expression.kind === 'column') return undefined
    const dim = this.dimensions.dimOf(expression)
    if (dim === undefined) return undefined
    const name = identityOf(expression, (key) => key === 'span')
    const known = this.#made.get(name)
    const values = known ? undefined : this.dimensions.along(expression, dim)
    const column = known ?? (values && isPlain(values) ? this.#make(name, expression, dim, values) : undefined)
    return (
      column && { kind: 'column', column: column.id, name: column.name, type: column.type, nullable: column.nullable }
    )
  }

  #make(name: string, expression: Expression, dim: number, values: Vector): JobColumn {
    const id = this.nextId()
    const nullable = values.valid !== undefined
    const column: JobColumn = {
      kind: 'dimension',
      id,
      name: `along ${dim}`,
      type: expression.type,
      nullable,
      dims: [dim],
      values,
    }
    this.#made.set(name, column)
    return column
  }
}

/** Compiled bodies read a NULL of a dimension column as NaN: there must be no other NaN beside it, and no NULL elsewhere. */
export function isPlain({ type, values, valid }: Vector): boolean {
  if (isObjectType(type) || type.kind === 'null') return false
  if (values instanceof Float32Array || values instanceof Float64Array) {
    return !values.some((value, row) => Number.isNaN(value) && valid?.[row] !== 0)
  }
  return !valid
}

/** The scan's columns that expressions still use. */
export function jobColumns(
  columns: readonly ScanColumn[],
  used: ReadonlySet<ColumnId>,
  early: ReadonlySet<ColumnId>,
  dimensions: Dimensions,
): JobColumn[] {
  return columns.filter(({ id }) => used.has(id)).map((column) => jobColumn(column, early, dimensions))
}

function jobColumn(scan: ScanColumn, early: ReadonlySet<ColumnId>, dimensions: Dimensions): JobColumn {
  const { id, type, nullable, column } = scan
  const { name } = column
  if (column.refused) throw new ChunkQLError('unsupported', `column ${name} cannot be read: ${column.refused}`)
  const [dim] = column.dims
  if (column.dims.length === 1 && dim !== undefined) {
    const values = dimensions.values(id)
    if (values) return { kind: 'dimension', id, name, type, nullable, dims: [dim], values }
    if (column.role === 'index') return { kind: 'index', id, name, type, nullable: false, dims: [dim] }
  }
  const { layout, dims } = column
  if (!layout) return { kind: 'vector', id, name, type, nullable, dims }
  return { kind: 'stored', id, name, type, nullable, dims, layout, phase: early.has(id) ? 'filter' : 'late' }
}

export function usedColumns(...expressions: readonly (Expression | undefined)[]): Set<ColumnId> {
  return columnsOf(...expressions.filter((expression) => expression !== undefined))
}

/** Expressions without places in the text, so that equal ones compare equal. */
export function withoutSpans(expression: Expression): Expression {
  return rewrite(expression, ({ span: _, ...node }) => node as Expression)
}
