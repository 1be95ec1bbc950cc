/** What an engine answers, how sqllogictest writes it, and whether it is what was expected. */
import type { Sort } from './script.js'

/** Dates and timestamps are text here, as DuckDB prints them. */
export type Cell = null | boolean | number | bigint | string

export interface Answer {
  /** Names as SQL spells them: BIGINT, DOUBLE ... */
  readonly types: readonly string[]
  readonly names: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Only from our own engine. */
  readonly work?:
    | Readonly<{ read: number; chunksTotal: number; prunedByStatistics?: number; answered?: number }>
    | undefined
}

/** Sums may add in another order, and no more than that. */
const doubleTolerance = 1e-12
const floatTolerance = 2 ** -22

/** One cell as it stands in a file. */
export function formatCell(cell: Cell, type: string): string {
  if (cell === null) return 'NULL'
  if (cell === '') return '(empty)'
  if (typeof cell === 'number') return formatNumber(cell, type)
  return String(cell).replaceAll('\t', '\\t').replaceAll('\n', '\\n')
}

function formatNumber(value: number, type: string): string {
  if (type !== 'FLOAT' && type !== 'DOUBLE') return String(value)
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0.0'
  const text = type === 'FLOAT' ? shortestFloat(value) : String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

/** The fewest digits that give the same float32. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)))
    if (Math.fround(Number(text)) === value) return text
  }
  return String(value)
}

export function formatRows(answer: Answer, sort: Sort): string[] {
  const rows = answer.rows.map((row) => row.map((cell, i) => formatCell(cell, answer.types[i] ?? '')))
  return sorted(rows, sort).map((row) => row.join('\t'))
}

/** Why the answer is not the one expected, or undefined. */
export function mismatch(
  expected: readonly string[],
  answer: Answer,
  sort: Sort,
  tolerance = doubleTolerance,
): string | undefined {
  const width = answer.types.length
  const wanted = sorted(layRows(expected, width), sort)
  const found = sorted(
    answer.rows.map((row) => row.map((cell, i) => formatCell(cell, answer.types[i] ?? ''))),
    sort,
  )
  if (wanted.length !== found.length) return `${found.length} rows instead of ${wanted.length}`
  for (const [at, row] of found.entries()) {
    const wrong = row.findIndex((text, i) => !sameCell(wanted[at]?.[i] ?? '', text, answer.types[i] ?? '', tolerance))
    if (wrong >= 0 || row.length !== wanted[at]?.length) {
      return `row ${at + 1}: ${row.join(' | ')} instead of ${wanted[at]?.join(' | ')}`
    }
  }
  return undefined
}

function sameCell(wanted: string, found: string, type: string, doubles: number): boolean {
  if (wanted === found) return true
  if (type !== 'DOUBLE' && type !== 'FLOAT') return false
  if (wanted === 'NULL' || found === 'NULL') return false
  const [a, b] = [parseNumber(wanted), parseNumber(found)]
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  const tolerance = type === 'FLOAT' ? floatTolerance : doubles
  return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}

function parseNumber(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY
  if (text === '-inf') return Number.NEGATIVE_INFINITY
  return Number(text)
}

/** Lines hold one row each, their cells between tabs, or one cell each. */
function layRows(lines: readonly string[], width: number): string[][] {
  if (width > 1 && lines.length > 0 && !lines[0]?.includes('\t')) {
    return Array.from({ length: Math.ceil(lines.length / width) }, (_, row) => [
      ...lines.slice(row * width, (row + 1) * width),
    ])
  }
  return lines.map((line) => line.split('\t'))
}

function sorted(rows: string[][], sort: Sort): string[][] {
  if (sort === 'nosort') return rows
  const keyed = (sort === 'valuesort' ? rows.flat().map((cell) => [cell]) : rows).map((row) => ({
    row,
    key: row.map(sortKey).join('\t'),
  }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row)
}

/** Floats that differ in their last digits must sort alike. */
function sortKey(cell: string): string {
  return /^-?[\d.]+(e[+-]?\d+)?$/.test(cell) && /[.e]/.test(cell) ? Number(cell).toPrecision(9) : cell
}

/** The letter that sqllogictest has for a type. */
export function letterOf(type: string): string {
  if (type === 'FLOAT' || type === 'DOUBLE') return 'R'
  return /^(U?(TINY|SMALL|BIG)?INT|U?INTEGER)$/.test(type) ? 'I' : 'T'
}
