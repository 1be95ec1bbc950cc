/** The columns that a FROM offers by name. Columns are marked when used: scans read no others. */
import type { Attributes } from '../model/attribute.js'
import { didYouMean, listed, nameOf } from '../model/catalog.js'
import { ChunkQLError, suggest } from '../model/error.js'
import type { ColumnRef } from '../model/expression.js'
import type { OutputColumn } from '../model/plan.js'
import type { Span } from '../model/span.js'
import type { Name, NameSyntax, StarSyntax } from '../model/syntax.js'

export interface ScopeColumn extends OutputColumn {
  /** Why this column cannot be read. */
  readonly refused?: string | undefined
  readonly isVirtual?: true | undefined
  /** Of a column of a store. */
  readonly attributes?: Attributes | undefined
}

export interface Scope {
  /** Absent: the query has no FROM. */
  readonly from: boolean
  /** What may stand before the dot: `t`, `s.t`. */
  readonly qualifiers: readonly (readonly string[])[]
  readonly columns: readonly ScopeColumn[]
  readonly used: Set<ScopeColumn>
  /** Where FROM has several: their scopes, by which a qualifier is understood. */
  readonly parts?: readonly Scope[] | undefined
  find(name: string, span: Span): ScopeColumn | undefined
}

export const noScope: Scope = makeScope([], [], false)

export function makeScope(
  qualifiers: readonly (readonly string[])[],
  columns: readonly ScopeColumn[],
  from = true,
): Scope {
  const exact = new Map(columns.map((column) => [column.name, column]))
  return {
    from,
    qualifiers,
    columns,
    used: new Set(),
    find(name, span) {
      const spelled = exact.has(name) ? name : nameOf(exact.keys(), name, 'column', span)
      return spelled === undefined ? undefined : exact.get(spelled)
    },
  }
}

/** The columns of several scopes side by side. A name that several have needs a qualifier. */
export function joinScopes(parts: readonly Scope[]): Scope {
  const columns = parts.flatMap((part) => part.columns)
  return {
    from: true,
    qualifiers: parts.flatMap(({ qualifiers }) => qualifiers),
    columns,
    used: new Set(),
    parts,
    find(name, span) {
      const found = parts.flatMap((part) => part.find(name, span) ?? [])
      if (found.length < 2) return found[0]
      const owners = parts.filter((part) => part.find(name, span))
      throw new ChunkQLError('bind', `column "${name}" is ambiguous`, {
        span,
        hint: `Write ${owners.map(({ qualifiers }) => `${qualifiers[0]?.join('.')}.${name}`).join(' or ')}.`,
      })
    },
  }
}

/** The column that a name means, or undefined where the scope has none of that name. */
export function findColumn(scope: Scope, name: NameSyntax): ColumnRef | undefined {
  const path = name.path
  const last = path[path.length - 1]
  if (!last) throw new ChunkQLError('internal', 'a name without parts', { span: name.span })
  const qualifier = path.slice(0, -1)
  const column = columnOfPath(scope, path)
  if (column) return useColumn(scope, column, name.span)
  if (qualifier.length > 0) requireQualifier(scope, qualifier)
  if (qualifier.length > 0) throw unknownColumn(scope, name)
  return undefined
}

/** What stands before the column is a table, or the rest of the name of a field: `t.x`, `position.x`, `t.position.x`. */
export function columnOfPath(scope: Scope, path: readonly Name[]): ScopeColumn | undefined {
  for (let at = path.length - 1; at >= 0; at--) {
    const qualifier = path.slice(0, at)
    const [first] = path.slice(at) as [Name]
    const name = path.slice(at).map(({ text }) => text)
    for (const part of at > 0 ? qualified(scope, qualifier) : [scope]) {
      const found = part.find(name.join('.'), first.span)
      if (found) return found
    }
  }
  return undefined
}

/** The parts of a scope that a qualifier names. */
function qualified(scope: Scope, qualifier: readonly Name[]): readonly Scope[] {
  return (scope.parts ?? [scope]).filter((part) => part.qualifiers.some((known) => matches(known, qualifier)))
}

export function useColumn(scope: Scope, column: ScopeColumn, span: Span): ColumnRef {
  if (column.refused !== undefined) {
    const readable = scope.columns.filter(({ refused }) => refused === undefined).map(({ name }) => name)
    throw new ChunkQLError('unsupported', `column "${column.name}" cannot be read: ${column.refused}`, {
      span,
      hint: listed('Columns that can be read', readable),
    })
  }
  scope.used.add(column)
  const { id, name, type, nullable } = column
  return { kind: 'column', column: id, name, type, nullable, span }
}

/** The columns that a star stands for. */
export function starColumns(scope: Scope, star: StarSyntax): readonly ScopeColumn[] {
  if (!scope.from)
    throw new ChunkQLError('bind', '* stands for the columns of a FROM, and there is none', { span: star.span })
  if (star.qualifier.length > 0) requireQualifier(scope, star.qualifier)
  const parts = star.qualifier.length > 0 ? qualified(scope, star.qualifier) : [scope]
  return parts.flatMap(({ columns }) => columns).filter(({ isVirtual }) => !isVirtual)
}

/** `others` are names that would also have been understood here: aliases. */
export function unknownColumn(scope: Scope, name: NameSyntax, others: readonly string[] = []): ChunkQLError {
  const wanted = name.path[name.path.length - 1]?.text ?? ''
  const span = name.span
  if (!scope.from) {
    return new ChunkQLError('bind', `there is no column "${wanted}": the query has no FROM`, { span })
  }
  const [only] = name.path
  if (only && name.path.length === 1 && scope.qualifiers.some((qualifier) => matches(qualifier, [only]))) {
    return new ChunkQLError('unsupported', `"${wanted}" is a table, and a whole row is no value`, {
      span,
      hint: columnHint(scope),
    })
  }
  return new ChunkQLError('bind', `there is no column "${wanted}"`, {
    span,
    hint: didYouMean(wanted, [...namesOf(scope), ...others], 'Columns'),
  })
}

function requireQualifier(scope: Scope, qualifier: readonly Name[]): void {
  if (scope.qualifiers.some((known) => matches(known, qualifier))) return
  const wanted = qualifier.map(({ text }) => text).join('.')
  const span = { start: qualifier[0]?.span.start ?? 0, end: qualifier[qualifier.length - 1]?.span.end ?? 0 }
  const known = scope.qualifiers.map((parts) => parts.join('.'))
  const near = suggest(wanted, known)
  const hint = near.length > 0 ? `Did you mean "${near[0]}"?` : listed('FROM has', known)
  throw new ChunkQLError('bind', `there is no table "${wanted}" in this query`, { span, hint })
}

function matches(known: readonly string[], written: readonly Name[]): boolean {
  return (
    known.length === written.length && known.every((part, i) => part.toLowerCase() === written[i]?.text.toLowerCase())
  )
}

function columnHint(scope: Scope): string {
  return listed('Columns', namesOf(scope))
}

function namesOf(scope: Scope): string[] {
  return scope.columns.map(({ name }) => name)
}
