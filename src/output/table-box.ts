/** Draws a table's layout with box characters. Called by table.ts. */
import { aligned, type Ruler } from './ruler.js'
import { boxWidth, type TableColumn, type TableLayout } from './table-layout.js'

export interface RowCounts {
  /** Rows of the result. */
  readonly count: number
  /** Rows shown above the dots, and below them. No dots where `bottom` is 0. */
  readonly top: number
  readonly bottom: number
}

/** From this many rows on they are counted in a footer. */
const countedRows = 10

export function drawBox(layout: TableLayout, rows: RowCounts, pen: Pen): string {
  if (layout.columns.length === 0) return `${plural(rows.count, 'row')}\n`
  const { ruler } = pen
  const footer = footerLines(rows, layout, boxWidth(layout.columns) - 4)
  const columns = widened(layout.columns, Math.max(0, ...footer.map((text) => text.length)) + 4)
  const inner = boxWidth(columns) - 2
  const lines = [
    rule(columns, '┌┬┐'),
    line(columns, ({ name, width }) => pen.bold(aligned(ruler, name, width, 'centre'))),
    line(columns, ({ type, width }) => pen.dim(aligned(ruler, type, width, 'centre'))),
    rule(columns, rows.count > 0 ? '├┼┤' : '├┴┤'),
    ...bodyLines(columns, rows, pen),
    ...(rows.count > 0 ? [rule(columns, footer.length > 0 ? '├┴┤' : '└┴┘')] : []),
    ...footer.map((text) => `│ ${aligned(ruler, text, inner - 2, 'centre')} │`),
    ...(footer.length > 0 ? [`└${'─'.repeat(inner)}┘`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** The last column gives the footer the room that it needs. */
function widened(columns: readonly TableColumn[], width: number): TableColumn[] {
  const missing = Math.max(0, width - boxWidth(columns))
  return columns.map((column, index) =>
    index === columns.length - 1 ? { ...column, width: column.width + missing } : column,
  )
}

/** What a box is drawn with. */
export interface Pen {
  readonly ruler: Ruler
  bold(text: string): string
  dim(text: string): string
}

export const noColours: Omit<Pen, 'ruler'> = { bold: (text) => text, dim: (text) => text }

export const colours: Omit<Pen, 'ruler'> = {
  bold: (text) => `\x1b[1m${text}\x1b[22m`,
  dim: (text) => `\x1b[2m${text}\x1b[22m`,
}

function bodyLines(columns: readonly TableColumn[], { top, bottom }: RowCounts, pen: Pen): string[] {
  const rowLine = (row: number) => line(columns, (column) => cell(column, row, pen))
  const dots = line(columns, (column) => dotCell(column, top, pen.ruler))
  return [
    ...Array.from({ length: top }, (_, row) => rowLine(row)),
    ...(bottom > 0 ? [dots, dots, dots] : []),
    ...Array.from({ length: bottom }, (_, row) => rowLine(top + row)),
  ]
}

function cell({ cells, width, alignment }: TableColumn, row: number, { ruler, dim }: Pen): string {
  const text = cells[row]
  return text === undefined ? dim(aligned(ruler, 'NULL', width, alignment)) : aligned(ruler, text, width, alignment)
}

/** A dot under the middle of the value above the gap. */
function dotCell({ cells, width, alignment }: TableColumn, top: number, ruler: Ruler): string {
  const length = Math.min(width, ruler.width(cells[top - 1] ?? 'NULL'), ruler.width(cells.at(-1) ?? 'NULL'))
  if (length < 2 || alignment === 'centre') return aligned(ruler, '·', width, alignment)
  const before = Math.floor(length / 2)
  if (alignment === 'left') return aligned(ruler, `${' '.repeat(before)}·`, width, 'left')
  return aligned(ruler, `·${' '.repeat(length - before)}`, width, 'right')
}

/** The counts, in one line where that fits. Columns are counted where rows are, and where some are hidden. */
function footerLines(rows: RowCounts, { columnCount, shownCount }: TableLayout, width: number): string[] {
  const hasHiddenColumns = shownCount < columnCount
  const isCounted = rows.count === 0 || rows.count >= countedRows
  if (!isCounted && !hasHiddenColumns) return []
  const rowText = plural(rows.count, 'row')
  const shownText = rows.bottom > 0 ? `(${rows.top + rows.bottom} shown)` : ''
  const columnText = `${columnCount} columns${hasHiddenColumns ? ` (${shownCount} shown)` : ''}`
  const rowLine = [rowText, shownText].filter((text) => text !== '').join(' ')
  const between = width - rowLine.length - columnText.length
  if (columnCount > 1 && rows.count > 0 && between >= 2) return [rowLine + ' '.repeat(between) + columnText]
  const rowLines = rowLine.length <= width || shownText === '' ? [rowLine] : [rowText, shownText]
  return hasHiddenColumns ? [...rowLines, columnText] : rowLines
}

function line(columns: readonly TableColumn[], cellOf: (column: TableColumn) => string): string {
  return `│ ${columns.map(cellOf).join(' │ ')} │`
}

function rule(columns: readonly TableColumn[], [left, joint, right]: string): string {
  return `${left}${columns.map(({ width }) => '─'.repeat(width + 2)).join(joint)}${right}`
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}
