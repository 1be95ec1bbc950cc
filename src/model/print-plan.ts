/** A plan as an indented tree, for EXPLAIN and for golden tests: names instead of ids, one node below the other. */
import type { Expression } from './expression.js'
import { conjuncts } from './expression.js'
import {
  type Aggregate,
  inputsOf,
  type NamedExpression,
  type Plan,
  type Scan,
  type SortKey,
  type ValuesPlan,
} from './plan.js'
import { printAggregate, printExpression, printName, printValue } from './print-expression.js'
import { valueAt } from './vector.js'

/** Lines are broken between the items of a list where they would be longer. */
const widthMax = 110
const rowMax = 5

/** `annotate` adds lines below a node: what EXPLAIN ANALYZE measured. */
export function printPlan(plan: Plan, annotate: (node: Plan) => readonly string[] = () => []): string {
  const lines: string[] = []
  const visit = (node: Plan, depth: number) => {
    const indent = '  '.repeat(depth)
    const [head, ...details] = linesOf(node, widthMax - indent.length)
    lines.push(indent + (head ?? ''))
    for (const line of [...details, ...annotate(node)]) lines.push(`${indent}    ${line}`)
    for (const input of inputsOf(node)) visit(input, depth + 1)
  }
  visit(plan, 0)
  return lines.join('\n')
}

/** The node's own line, then its details. */
function linesOf(plan: Plan, width: number): string[] {
  switch (plan.kind) {
    case 'scan':
      return scanLines(plan, width)
    case 'values':
      return valuesLines(plan, width)
    case 'filter':
      return wrapped('Filter', andParts(plan.predicate), ' AND', width)
    case 'project':
      return wrapped('Project', plan.columns.map(namedText), ',', width)
    case 'aggregate':
      return aggregateLines(plan, width)
    case 'sort': {
      const [head = '', ...more] = wrapped('Sort by', plan.keys.map(sortKeyText), ',', width)
      return plan.limit === undefined ? [head, ...more] : [head, ...more, `first ${plan.limit} rows only`]
    }
    case 'limit':
      return [limitText(plan.limit, plan.offset)]
    case 'unnest': {
      const lists = plan.columns.filter(({ what }) => what !== 'value')
      return wrapped(
        'Unnest',
        lists.map(({ name }) => printName(name)),
        ',',
        width,
      )
    }
    default:
      return plan satisfies never
  }
}

function scanLines({ source, table, dims, columns, slices, predicate }: Scan, width: number): string[] {
  const name = source === table ? printName(source) : `${printName(source)}.${printName(table)}`
  const shape = dims.map((dim) => `${dim.name} ${dim.size}`).join(', ')
  const lines = [`Scan ${name} (${shape})`]
  if (columns.length > 0)
    lines.push(
      ...wrapped(
        'columns:',
        columns.map((column) => printName(column.name)),
        ',',
        width,
      ),
    )
  if (slices)
    lines.push(
      ...wrapped(
        'slices:',
        slices.map(({ dim, text }) => sliceText(dims[dim]?.name ?? '', text)),
        ',',
        width,
      ),
    )
  if (predicate) lines.push(...wrapped('where:', andParts(predicate), ' AND', width))
  return lines
}

/** A slice by position is printed with the name of its dimension. */
function sliceText(dim: string, text: string): string {
  return text.includes(' => ') ? text : `${dim}[${text}]`
}

function valuesLines({ columns, batch }: ValuesPlan, width: number): string[] {
  const rows = batch.length === 1 ? '1 row' : `${batch.length} rows`
  if (columns.length === 0 || batch.length === 0) return [`Values (${rows})`]
  const shown = Array.from({ length: Math.min(batch.length, rowMax) }, (_, row) => {
    const values = batch.columns.map((vector, i) => {
      const value = printValue(vector.type, valueAt(vector, row))
      return `${printName(columns[i]?.name ?? '')} = ${value}`
    })
    return wrapped('', values, ',', width)
  })
  const more = batch.length > rowMax ? [`... ${batch.length - rowMax} more`] : []
  return [`Values (${rows})`, ...shown.flat(), ...more]
}

function aggregateLines({ keys, aggregates }: Aggregate, width: number): string[] {
  const calls = aggregates.map(({ call }) => printAggregate(call))
  const head = calls.length > 0 ? wrapped('Aggregate', calls, ',', width) : ['Distinct']
  return keys.length > 0 ? [...head, ...wrapped('by:', keys.map(namedText), ',', width)] : head
}

function limitText(limit: number | undefined, offset: number): string {
  if (limit === undefined) return `Offset ${offset}`
  return offset > 0 ? `Limit ${limit} offset ${offset}` : `Limit ${limit}`
}

function sortKeyText({ expression, descending, nullsFirst }: SortKey): string {
  return `${printExpression(expression)}${descending ? ' DESC' : ''}${nullsFirst ? ' NULLS FIRST' : ''}`
}

/** A name that is itself the text of an expression says nothing new. */
function namedText({ name, expression }: NamedExpression): string {
  const text = printExpression(expression)
  const isChosen = name !== text && printName(name) !== text && !/[()]/.test(name)
  return isChosen ? `${text} AS ${printName(name)}` : text
}

/** The parts of an AND, those with OR in parentheses. */
function andParts(predicate: Expression): string[] {
  const parts = conjuncts(predicate)
  if (parts.length === 1) return parts.map(printExpression)
  return parts.map((part) => {
    const text = printExpression(part)
    return part.kind === 'call' && part.function === 'or' ? `(${text})` : text
  })
}

/** `label a, b, c` in as many lines as it takes. */
function wrapped(label: string, items: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = []
  let line = label
  for (const [i, item] of items.entries()) {
    const text = i < items.length - 1 ? item + separator : item
    if (line !== label && line.length + 1 + text.length > width) {
      lines.push(line)
      line = `    ${text}`
    } else {
      line = line === '' ? text : `${line} ${text}`
    }
  }
  return [...lines, line]
}
