/** The SELECT list: stars written out, names given, aliases looked up. Called by `select.ts`. */
import { didYouMean } from '../model/catalog.js'
import { ChunkQLError } from '../model/error.js'
import type { Expression } from '../model/expression.js'
import type { Span } from '../model/span.js'
import type { ExpressionSyntax, Name, NameSyntax, SelectItem, StarSyntax } from '../model/syntax.js'
import { bindCall } from './call.js'
import { columnName } from './column-name.js'
import type { Clause } from './context.js'
import { bindExpression } from './expression.js'
import {
  columnOfPath,
  findColumn,
  type Scope,
  type ScopeColumn,
  starColumns,
  unknownColumn,
  useColumn,
} from './scope.js'

export interface Item {
  readonly name: string
  readonly alias?: Name | undefined
  readonly span: Span
  /** What is selected: an expression as written, or a column that a star stands for. */
  readonly syntax?: ExpressionSyntax | undefined
  readonly column?: ScopeColumn | undefined
}

export function expandItems(items: readonly SelectItem[], scope: Scope): Item[] {
  return items.flatMap(({ expression, alias, span }): Item[] => {
    if (expression.kind === 'star') return starItems(expression, scope, span)
    return [{ name: alias?.text ?? itemName(expression, scope), alias, span, syntax: expression }]
  })
}

/** `* EXCLUDE (a) REPLACE (b + 1 AS b) RENAME (c AS d)`: names without regard to case. */
function starItems(star: StarSyntax, scope: Scope, span: Span): Item[] {
  const columns = starColumns(scope, star)
  const has = (wanted: Name, name: string) => wanted.text.toLowerCase() === name.toLowerCase()
  const { exclude = [], replace = [], rename = [] } = star
  for (const name of [...exclude, ...replace.map((each) => each.name), ...rename.map(({ from }) => from)]) {
    if (!columns.some((column) => has(name, column.name))) throw unknownName(name, columns)
  }
  return columns
    .filter(({ name }) => !exclude.some((each) => has(each, name)))
    .map((column): Item => {
      const replaced = replace.find((each) => has(each.name, column.name))
      if (replaced) return { name: replaced.name.text, span, syntax: replaced.expression }
      const renamed = rename.find(({ from }) => has(from, column.name))
      return { name: renamed?.to.text ?? column.name, column, span }
    })
}

function unknownName({ text, span }: Name, columns: readonly ScopeColumn[]): ChunkQLError {
  const names = columns.map(({ name }) => name)
  return new ChunkQLError('bind', `* has no column "${text}"`, { span, hint: didYouMean(text, names, 'Columns') })
}

/** A column keeps the spelling that it has in its table. */
function itemName(syntax: ExpressionSyntax, scope: Scope): string {
  const name = columnName(syntax)
  return (syntax.kind === 'name' && columnOfPath(scope, syntax.path)?.name) || name
}

export function bindItem(item: Item, clause: Clause): Expression {
  if (item.column) return useColumn(clause.scope, item.column, item.span)
  if (!item.syntax) throw new Error('an item is an expression or a column')
  return bindExpression(item.syntax, clause)
}

/** An item where it is selected: only there calls may make several rows of one. */
export function bindSelected(item: Item, clause: Clause): Expression {
  const { syntax } = item
  if (syntax?.kind !== 'call') return bindItem(item, clause)
  return clause.shared.nested(syntax.span, () => bindCall(syntax, clause, bindExpression, true))
}

/** The last item with that alias, as in DuckDB. Aliases match without regard to case. */
export function aliased(items: readonly Item[], name: NameSyntax): number | undefined {
  const [only] = name.path
  if (!only || name.path.length > 1) return undefined
  const folded = only.text.toLowerCase()
  const at = items.findLastIndex(({ alias }) => alias?.text.toLowerCase() === folded)
  return at < 0 ? undefined : at
}

/**
 * A column, else what an alias among `items` stands for. Inside an alias only those before it are seen:
 * so `x + 1 AS x` is no circle.
 */
export function columnOrAlias(items: readonly Item[]): Clause['resolve'] {
  return (name, clause) => findColumn(clause.scope, name) ?? aliasValue(items, name, clause)
}

/** What an alias stands for, bound anew where it is used. */
export function aliasValue(items: readonly Item[], name: NameSyntax, clause: Clause): Expression {
  const at = aliased(items, name)
  const item = at === undefined ? undefined : items[at]
  if (at === undefined || !item) throw unknownColumn(clause.scope, name, aliasNames(items))
  return bindItem(item, { ...clause, resolve: columnOrAlias(items.slice(0, at)) })
}

function aliasNames(items: readonly Item[]): string[] {
  return items.flatMap(({ alias }) => (alias ? [alias.text] : []))
}
