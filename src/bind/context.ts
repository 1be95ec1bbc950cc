/** What binding needs from outside, and what one run of it shares between clauses and subqueries. */
import type { Registry } from '../function/registry.js'
import type { Catalog } from '../model/catalog.js'
import { ChunkQLError } from '../model/error.js'
import type { ColumnId, Expression } from '../model/expression.js'
import { type Interner, interner } from '../model/interner.js'
import type { Settings } from '../model/job.js'
import type { Span } from '../model/span.js'
import type { CommonTable, NameSyntax } from '../model/syntax.js'
import type { Aggregates } from './aggregates.js'
import type { Scope } from './scope.js'

/** Values for `?` and `$1` by position, for `$name` by name (without regard to case where none matches exactly). */
export interface Parameters {
  readonly positional: readonly unknown[]
  readonly named: ReadonlyMap<string, unknown>
}

export const noParameters: Parameters = { positional: [], named: new Map() }

export interface BindContext {
  readonly catalog: Catalog
  readonly registry: Registry
  readonly parameters: Parameters
  readonly settings: Settings
}

/** Bound where it is used, with the names that were known where it was written. */
export interface NamedQuery {
  readonly table: CommonTable
  readonly shared: Shared
}

/** One query with all its subqueries: ids are unique over the whole plan. */
export interface Shared extends BindContext {
  readonly interner: Interner
  /** Queries that WITH has named, by their names in lower case. */
  readonly named: ReadonlyMap<string, NamedQuery>
  nextId(): ColumnId
  /** Calls `bind` one level deeper and refuses what would overflow the stack here or in a later stage. */
  nested<T>(span: Span, bind: () => T): T
}

/** Where an expression stands: what its names mean and whether aggregates are allowed. */
export interface Clause {
  readonly shared: Shared
  readonly scope: Scope
  /** A column or, where the clause knows them, an alias. Throws where there is neither. */
  resolve(name: NameSyntax, clause: Clause): Expression
  /** Where aggregates are collected, or why there can be none. */
  readonly aggregates: Aggregates | string
}

/** Deeper than any person writes; later stages walk expressions by recursion. DuckDB has the same limit. */
const depthMax = 1000

export function share(context: BindContext): Shared {
  let id = 0
  let depth = 0
  return {
    ...context,
    interner: interner(),
    named: new Map(),
    nextId: () => id++,
    nested(span, bind) {
      if (++depth > depthMax) {
        throw new ChunkQLError('unsupported', `the expression is nested deeper than ${depthMax} levels`, {
          span,
          hint: 'Long chains of AND, OR and IN lists have no such limit.',
        })
      }
      const result = bind()
      depth--
      return result
    },
  }
}
