/**
 * Lists of as many numbers in each cell are a dimension more of the grid: rows of their items are its cells, the place of
 * an item the index along it. So unnesting costs nothing: filters, groups and sums over items are loops over a grid.
 *
 * Right because every list has the same number of items and none is NULL; the cells of the grid stand in the same order as
 * the rows, the new dimension last. Lists side by side are one dimension where they are equally long.
 */
import type { ColumnId, Expression } from '../model/expression.js'
import { columnAlong, type NumberLists, numberLists } from '../model/list-column.js'
import {
  type Plan,
  type Project,
  reference,
  rewritePlan,
  type Scan,
  type ScanColumn,
  type Unnest,
} from '../model/plan.js'
import { INT64 } from '../model/type.js'
import { scanColumn } from './coordinates.js'
import { highestId, type OptimizeContext, type Rule } from './rule.js'

export const unnestAlongDimension: Rule = {
  name: 'unnest-along-dimension',
  apply: (plan, context) => {
    let next = 1 + highestId(plan)
    return rewritePlan(plan, (node) =>
      node.kind === 'unnest' ? (alongDimension(node, () => next++, context) ?? node) : node,
    )
  },
}

function alongDimension(node: Unnest, nextId: () => ColumnId, context: OptimizeContext): Plan | undefined {
  const project = node.input
  const scan = project.kind === 'project' ? project.input : undefined
  if (project.kind !== 'project' || scan?.kind !== 'scan') return undefined
  const lists = listsOf(node, project, scan, context)
  const size = lists?.values().next().value?.size ?? 0
  if (!lists || size === 0 || [...lists.values()].some((list) => list.size !== size)) return undefined
  const dim = scan.dims.length
  const index = indexColumn(dim, nextId())
  const items = new Map(
    [...lists].map(([id, list]) => [id, columnAlong(list, dim, nextId(), `${list.column.name} item`)]),
  )
  const grid: Scan = {
    ...scan,
    dims: [...scan.dims, { name: 'item', size }],
    columns: [...scan.columns, ...items.values(), index],
  }
  const expressions = new Map(project.columns.map(({ id, expression }) => [id, expression]))
  const columns = node.columns.map(({ id, name, from, what }) => {
    const item = what === 'item' ? items.get(from) : undefined
    const expression = item
      ? reference(item)
      : what === 'place'
        ? placeOf(index)
        : (expressions.get(from) as Expression)
    return { id, name, expression }
  })
  return { kind: 'project', input: grid, columns }
}

/** The lists that are unnested, by the ids under which they are projected; undefined where one is no column of numbers. */
function listsOf(
  node: Unnest,
  project: Project,
  scan: Scan,
  context: OptimizeContext,
): Map<ColumnId, NumberLists> | undefined {
  const found = new Map<ColumnId, NumberLists>()
  for (const { from, what } of node.columns) {
    if (what === 'value') continue
    const expression = project.columns.find(({ id }) => id === from)?.expression
    const column = expression && scanColumn(scan, expression)
    const lists = column && numberLists(column)
    // What lies along one dimension may have been loaded whole, as lists.
    if (!lists || context.coordinate(scan.source, scan.table, column.column.name)) return undefined
    found.set(from, lists)
  }
  return found
}

function indexColumn(dim: number, id: ColumnId): ScanColumn {
  const column = { name: 'item', type: INT64, nullable: false, dims: [dim], role: 'index' as const, attributes: {} }
  return { id, name: 'item', type: INT64, nullable: false, column }
}

/** Places count from 1. */
function placeOf(index: ScanColumn): Expression {
  const one: Expression = { kind: 'literal', type: INT64, value: 1n }
  return { kind: 'call', function: '+', args: [reference(index), one], type: INT64 }
}
