/** Statements back as SQL: parsing the text gives the same statement. */
import {
  directionText,
  orderText,
  printExpression,
  printList,
  printName,
  printPath,
  printText,
} from './print-syntax.js'
import type {
  CommonTable,
  ExpressionSyntax,
  FromSyntax,
  Name,
  SelectItem,
  SelectSyntax,
  SliceSyntax,
  Statement,
} from './syntax.js'

export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'select':
      return printSelect(statement)
    case 'explain':
      return `EXPLAIN ${statement.analyze ? 'ANALYZE ' : ''}${printSelect(statement.query)}`
    case 'showTables':
      return statement.from ? `SHOW TABLES FROM ${printFrom(statement.from)}` : 'SHOW TABLES'
    case 'showAttributes':
      return `SHOW ATTRIBUTES ${printFrom(statement.from)}`
    case 'analyze': {
      const { from, columns } = statement
      return `ANALYZE ${printFrom(from)}${columns.length > 0 ? ` (${columns.map(printName).join(', ')})` : ''}`
    }
    case 'showStatistics':
      return `SHOW STATISTICS ${printFrom(statement.from)}`
    case 'dropStatistics':
      return `DROP STATISTICS ${printFrom(statement.from)}`
    case 'describe':
      return `DESCRIBE ${statement.target.kind === 'select' ? printSelect(statement.target) : printFrom(statement.target)}`
    case 'attach':
      return printAttach(statement)
    case 'detach':
      return `DETACH ${printName(statement.name)}`
    case 'set':
      return statement.value
        ? `SET ${printName(statement.name)} = ${printExpression(statement.value)}`
        : `RESET ${printName(statement.name)}`
    case 'showSetting':
      return `SHOW ${statement.name ? printName(statement.name) : 'ALL'}`
    default:
      return statement satisfies never
  }
}

function printSelect(select: SelectSyntax): string {
  const { from, items } = select
  const clauses = [
    select.with && `WITH ${select.with.map(printCommon).join(', ')}`,
    from?.kind === 'values'
      ? printValues(from.rows)
      : `SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.map(printItem).join(', ')}`,
    from && from.kind !== 'values' && `FROM ${printFrom(from)}`,
    select.where && `WHERE ${printExpression(select.where)}`,
    select.groupBy && `GROUP BY ${select.groupBy === 'all' ? 'ALL' : printList(select.groupBy)}`,
    select.having && `HAVING ${printExpression(select.having)}`,
    select.orderBy && `ORDER BY ${printOrder(select.orderBy)}`,
    select.limit && `LIMIT ${printExpression(select.limit)}`,
    select.offset && `OFFSET ${printExpression(select.offset)}`,
  ]
  return clauses.filter((clause) => typeof clause === 'string').join(' ')
}

function printCommon({ name, columns, query }: CommonTable): string {
  return `${printName(name)}${namesText(columns)} AS (${printSelect(query)})`
}

const namesText = (names: readonly Name[] | undefined): string => (names ? `(${names.map(printName).join(', ')})` : '')

function printValues(rows: readonly (readonly ExpressionSyntax[])[]): string {
  return `VALUES ${rows.map((row) => `(${printList(row)})`).join(', ')}`
}

function printItem({ expression, alias }: SelectItem): string {
  return alias ? `${printExpression(expression)} AS ${printName(alias)}` : printExpression(expression)
}

function printFrom(from: FromSyntax): string {
  if (from.kind === 'lateral') return `${printFrom(from.input)}, ${printFrom(from.rows)}`
  const columns = from.kind === 'values' ? undefined : from.columns
  const alias = from.alias ? ` AS ${printName(from.alias)}${namesText(columns)}` : ''
  switch (from.kind) {
    case 'path':
      return (
        (from.paths ? `[${from.paths.map(printText).join(', ')}]` : printText(from.path)) +
        slicesText(from) +
        (from.byName ? ' BY NAME' : '') +
        alias
      )
    case 'table':
      return printPath(from.name) + slicesText(from) + alias
    case 'values':
      return `(${printValues(from.rows)})`
    case 'subquery':
      return `(${printSelect(from.query)})${alias}`
    case 'rows':
      return printExpression(from.call) + (from.ordinality ? ' WITH ORDINALITY' : '') + alias
    default:
      return from satisfies never
  }
}

function slicesText({ slices }: { readonly slices?: readonly SliceSyntax[] | undefined }): string {
  return slices ? `[${slices.map(printSlice).join(', ')}]` : ''
}

export function printSlice(slice: SliceSyntax): string {
  const dim = slice.dim ? `${printName(slice.dim)} => ` : ''
  if (slice.kind !== 'range') return `${dim}${slice.kind === 'nearest' ? 'nearest ' : ''}${printBound(slice.at)}`
  const bound = (part: ExpressionSyntax | undefined) => (part ? printBound(part) : '')
  // A space: two colons in a row are a cast.
  const step = slice.step ? ` : ${printBound(slice.step)}` : ''
  return `${dim}${bound(slice.start)}:${bound(slice.stop)}${step}`
}

/** What is no constant stands in parentheses. */
function printBound(bound: ExpressionSyntax): string {
  const isSigned = bound.kind === 'operator' && bound.args.length === 1 && ['-', '+'].includes(bound.operator)
  const inner = isSigned ? bound.args[0] : bound
  const plain = ['number', 'string', 'word', 'parameter', ...(isSigned ? [] : ['typed'])]
  const isConstant = inner !== undefined && plain.includes(inner.kind)
  return isConstant ? printExpression(bound) : `(${printExpression(bound)})`
}

function printOrder(order: NonNullable<SelectSyntax['orderBy']>): string {
  if ('all' in order) return `ALL${directionText(order.all)}`
  return orderText(order)
}

function printAttach({ path, name, options }: Extract<Statement, { kind: 'attach' }>): string {
  const listed = options.map((option) => `${printName(option.name)} ${printExpression(option.value)}`)
  const tail = listed.length > 0 ? ` (${listed.join(', ')})` : ''
  return `ATTACH ${printText(path)}${name ? ` AS ${printName(name)}` : ''}${tail}`
}
