/** A dataset as an Arrow table: a row per cell, coordinates repeated, NULLs as Arrow has them. */
import * as arrow from 'apache-arrow'
import type { Cell } from './answer.js'
import { broadcast, type ColumnType, type Dataset, tableColumns } from './dataset.js'

const arrowTypes: Readonly<Record<ColumnType, () => arrow.DataType>> = {
  TINYINT: () => new arrow.Int8(),
  SMALLINT: () => new arrow.Int16(),
  INTEGER: () => new arrow.Int32(),
  BIGINT: () => new arrow.Int64(),
  UTINYINT: () => new arrow.Uint8(),
  USMALLINT: () => new arrow.Uint16(),
  UINTEGER: () => new arrow.Uint32(),
  UBIGINT: () => new arrow.Uint64(),
  FLOAT: () => new arrow.Float32(),
  DOUBLE: () => new arrow.Float64(),
  BOOLEAN: () => new arrow.Bool(),
  DATE: () => new arrow.DateDay(),
  TIMESTAMP: () => new arrow.TimestampMicrosecond(),
  VARCHAR: () => new arrow.Utf8(),
}

export function toArrowTable(dataset: Dataset): arrow.Table {
  const columns = tableColumns(dataset).map((column): [string, arrow.Vector] => {
    const cells = broadcast(dataset, column)
    return [column.name, column.type === 'TIMESTAMP' ? timestamps(cells) : vector(cells, column.type)]
  })
  return new arrow.Table(Object.fromEntries(columns))
}

function vector(cells: readonly Cell[], type: ColumnType): arrow.Vector {
  const items =
    type === 'DATE' ? cells.map((cell) => (cell === null ? null : new Date(Number(cell) * 86_400_000))) : cells
  return arrow.vectorFromArray(items, arrowTypes[type]())
}

/** The builder of apache-arrow takes milliseconds, which cannot say microseconds exactly. */
function timestamps(cells: readonly Cell[]): arrow.Vector {
  const nullBitmap = new Uint8Array(Math.ceil(cells.length / 8))
  for (const [i, cell] of cells.entries())
    if (cell !== null) nullBitmap[i >> 3] = (nullBitmap[i >> 3] ?? 0) | (1 << (i & 7))
  const data = arrow.makeData({
    type: new arrow.TimestampMicrosecond(),
    length: cells.length,
    nullCount: cells.filter((cell) => cell === null).length,
    nullBitmap,
    data: BigInt64Array.from(cells, (cell) => (typeof cell === 'bigint' ? cell : 0n)),
  })
  return new arrow.Vector([data])
}
