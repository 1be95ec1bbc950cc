/** What is known of coordinates before anything is read: their values along one dimension. Called by the session and by rules. */
import type { ColumnId, Expression } from '../model/expression.js'
import { inputsOf, type Plan, type Scan, type ScanColumn } from '../model/plan.js'
import { INT64 } from '../model/type.js'
import type { Vector } from '../model/vector.js'
import type { OptimizeContext } from './rule.js'

/** A longer coordinate is read per chunk, like any column. */
const entriesMax = 10_000_000

export interface CoordinateName {
  readonly source: string
  readonly table: string
  readonly column: string
}

/**
 * The columns of one dimension that a plan reads and that are worth loading before it is optimized, each once: coordinates,
 * and in a grid of several dimensions whatever lies along one, since it is small beside the others.
 */
export function coordinatesWanted(plan: Plan): CoordinateName[] {
  const found = new Map<string, CoordinateName>()
  const visit = (node: Plan) => {
    if (node.kind === 'scan') {
      for (const { column } of node.columns.filter((candidate) => isCoordinate(node, candidate))) {
        const name = { source: node.source, table: node.table, column: column.name }
        found.set(JSON.stringify(name), name)
      }
      for (const column of slicedBy(node)) {
        const name = { source: node.source, table: node.table, column }
        found.set(JSON.stringify(name), name)
      }
    }
    inputsOf(node).forEach(visit)
  }
  visit(plan)
  return [...found.values()]
}

/** Coordinates by whose values a scan is cut. */
function slicedBy({ dims, slices = [] }: Scan): string[] {
  return slices.flatMap((slice) =>
    slice.kind === 'positions' || (dims[slice.dim]?.size ?? 0) > entriesMax ? [] : [slice.coordinate.name],
  )
}

/** Values along one dimension; the positions of a dimension without a coordinate are known by their rule alone. */
export interface Coordinate {
  readonly dim: number
  readonly length: number
  /** Absent: the positions 0, 1, 2 ... as BIGINT. */
  readonly vector?: Vector | undefined
}

export function coordinateOf(scan: Scan, column: ScanColumn, context: OptimizeContext): Coordinate | undefined {
  const [dim] = column.column.dims
  if (dim === undefined || column.column.dims.length > 1) return undefined
  const length = scan.dims[dim]?.size ?? 0
  if (column.column.role === 'index') return column.type.kind === INT64.kind ? { dim, length } : undefined
  if (!isCoordinate(scan, column)) return undefined
  const vector = context.coordinate(scan.source, scan.table, column.column.name)
  return vector && vector.length === length ? { dim, length, vector } : undefined
}

/** The column of a scan that an expression is, if it is one and nothing else. */
export function scanColumn(scan: Scan, expression: Expression): ScanColumn | undefined {
  return expression.kind === 'column' ? columnById(scan, expression.column) : undefined
}

function columnById(scan: Scan, id: ColumnId): ScanColumn | undefined {
  return scan.columns.find((column) => column.id === id)
}

function isCoordinate(scan: Scan, { column }: ScanColumn): boolean {
  const [dim] = column.dims
  if (dim === undefined || column.dims.length > 1 || column.role === 'index' || column.refused !== undefined)
    return false
  return (column.role === 'coordinate' || scan.dims.length > 1) && (scan.dims[dim]?.size ?? 0) <= entriesMax
}
