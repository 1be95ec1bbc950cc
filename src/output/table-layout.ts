/** What a table shows and how wide each column is: texts and widths, before anything is drawn. Called by table.ts. */
import { isNumeric, type Type, type TypeKind } from '../model/type.js'
import { textAt } from '../model/value-text.js'
import type { Batch, Header } from '../model/vector.js'
import { type Alignment, type Ruler, rulerFor } from './ruler.js'

/** A row that is shown: texts are made for these only. */
export interface RowAt {
  readonly batch: Batch
  readonly row: number
}

export interface TableColumn {
  readonly name: string
  readonly type: string
  /** One per row that is shown; undefined is NULL. */
  readonly cells: readonly (string | undefined)[]
  readonly alignment: Alignment
  readonly width: number
}

export interface TableLayout {
  readonly columns: readonly TableColumn[]
  /** Columns of the result, shown or not. */
  readonly columnCount: number
  /** Columns of the result that are shown. */
  readonly shownCount: number
}

/** Columns wider than this give room first. */
const comfortableWidth = 20
/** `│ ` before each column and ` ` after it. */
const frame = 3

/** The columns as wide as their widest text, and what they were measured with. */
export async function measured(
  header: Header,
  rows: readonly RowAt[],
): Promise<{ readonly columns: TableColumn[]; readonly ruler: Ruler }> {
  const columns = header.columns.map(({ name, type }, index): Omit<TableColumn, 'width'> => {
    const cells = rows.map(({ batch, row }) => cellText(batch, index, row))
    return { name: oneLine(name), type: typeLabel(type), cells, alignment: isNumeric(type) ? 'right' : 'left' }
  })
  const ruler = await rulerFor(columns.flatMap(textsOf))
  const widest = (column: Omit<TableColumn, 'width'>) => Math.max(...textsOf(column).map((text) => ruler.width(text)))
  return { columns: columns.map((column) => ({ ...column, width: widest(column) })), ruler }
}

function textsOf({ name, type, cells }: Omit<TableColumn, 'width'>): string[] {
  return [name, type, ...cells.map((cell) => cell ?? 'NULL')]
}

/** Narrows columns, then leaves out those in the middle, until the box is at most `width` wide. */
export function fitted(columns: readonly TableColumn[], width: number): TableLayout {
  const narrowed = narrow(columns, width)
  if (boxWidth(narrowed) <= width) return { columns: narrowed, columnCount: columns.length, shownCount: columns.length }
  const { left, right } = ends(narrowed, width)
  const shownCount = left.length + right.length
  const shown = shownCount < columns.length ? [...left, gap(columns), ...right] : left
  return { columns: squeezed(shown, width), columnCount: columns.length, shownCount }
}

export function boxWidth(columns: readonly TableColumn[]): number {
  return columns.reduce((sum, column) => sum + column.width + frame, 1)
}

/** Wide columns give what is too much, in their order, down to a comfortable width. */
function narrow(columns: readonly TableColumn[], width: number): TableColumn[] {
  let excess = boxWidth(columns) - width
  return columns.map((column) => {
    const given = Math.max(0, Math.min(excess, column.width - comfortableWidth))
    excess -= given
    return { ...column, width: column.width - given }
  })
}

/** The columns that remain left and right of a gap; those nearest to the middle go first, the very first stays. */
function ends(columns: readonly TableColumn[], width: number): { left: TableColumn[]; right: TableColumn[] } {
  const middle = Math.floor(columns.length / 2)
  let [from, to] = [middle, middle]
  const left = () => columns.slice(0, from)
  const right = () => columns.slice(to)
  while (boxWidth([...left(), ...right()]) + frame + 1 > width && (from > 1 || to < columns.length)) {
    if (to < columns.length && (to - middle <= middle - from || from <= 1)) to++
    else from--
  }
  return { left: left(), right: right() }
}

function gap(columns: readonly TableColumn[]): TableColumn {
  const cells = columns[0]?.cells.map(() => '…') ?? []
  return { name: '…', type: '', cells, alignment: 'centre', width: 1 }
}

/** What a terminal narrower than one comfortable column needs: the first column takes what is left, at least one. */
function squeezed(columns: readonly TableColumn[], width: number): TableColumn[] {
  const excess = Math.max(0, boxWidth(columns) - width)
  return columns.map((column, index) =>
    index === 0 ? { ...column, width: Math.max(1, column.width - excess) } : column,
  )
}

function cellText(batch: Batch, index: number, row: number): string | undefined {
  const vector = batch.columns[index]
  const text = vector && textAt(vector, row)
  return text === undefined ? undefined : oneLine(text)
}

/** Control characters would tear the box: they are shown as escapes. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => escapes[character] ?? hexEscape(character))
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' }

function hexEscape(character: string): string {
  const code = character.charCodeAt(0)
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
}

/** The short names that DuckDB's command shows; in SQL they are spelled BIGINT, DOUBLE, ... */
const typeLabels: Partial<Record<TypeKind, string>> = { null: '"NULL"', float32: 'float', float64: 'double' }

function typeLabel({ kind }: Type): string {
  return typeLabels[kind] ?? kind
}
