/** The paths in a statement, which the session opens before it is bound. Called by `session.ts`. */
import type { Span } from '../model/span.js'
import type { FromSyntax, SelectSyntax, Statement } from '../model/syntax.js'

export interface PathSyntax {
  readonly path: string
  readonly span: Span
}

/**
 * Each path of FROM once, in the order of the text: `FROM 'dir/era.zarr'`, and `FROM "dir/era.zarr".t2m` for one of several
 * grids. What the catalog already has by that name need not be opened.
 */
export function pathsOf(statement: Statement): PathSyntax[] {
  const found = new Map<string, PathSyntax>()
  for (const from of fromsOf(statement)) {
    const path = pathOf(from)
    if (path !== undefined && !found.has(path)) found.set(path, { path, span: from.span })
  }
  return [...found.values()]
}

/** A quoted name is a path where it looks like one: with a dot or a slash. */
function pathOf(from: FromSyntax): string | undefined {
  if (from.kind === 'path') return from.path
  const [first] = from.kind === 'table' ? from.name : []
  return first?.quoted && /[./\\]/.test(first.text) ? first.text : undefined
}

function fromsOf(statement: Statement): FromSyntax[] {
  switch (statement.kind) {
    case 'select':
      return inSelect(statement)
    case 'explain':
      return inSelect(statement.query)
    case 'showTables':
    case 'showAttributes':
    case 'showStatistics':
    case 'dropStatistics':
    case 'analyze':
      return inFrom(statement.from)
    case 'describe':
      return statement.target.kind === 'select' ? inSelect(statement.target) : inFrom(statement.target)
    case 'attach':
    case 'detach':
    case 'set':
    case 'showSetting':
      return []
    default:
      return statement satisfies never
  }
}

function inSelect(query: SelectSyntax): FromSyntax[] {
  return [...(query.with ?? []).flatMap((table) => inSelect(table.query)), ...inFrom(query.from)]
}

function inFrom(from: FromSyntax | undefined): FromSyntax[] {
  if (!from) return []
  if (from.kind === 'subquery') return inSelect(from.query)
  return from.kind === 'lateral' ? inFrom(from.input) : [from]
}
