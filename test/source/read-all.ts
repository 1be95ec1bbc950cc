/** Reads whole columns through the interface that the executor uses. Called by the tests of sources. */
import { createMachine } from '../../src/kernel/machine.js'
import { type Column, cellCount, findTable, type Table } from '../../src/model/schema.js'
import type { Value } from '../../src/model/type.js'
import { valueAt } from '../../src/model/vector.js'
import { objectReader } from '../../src/source/objects.js'
import type { Source } from '../../src/source/source.js'
import { allocateStored, storedCopier, unpack } from '../../src/source/unpack.js'

export function tableOf(source: Source, name: string): Table {
  const table = findTable(source.schema, name)
  if (!table) throw new Error(`no table ${name}: ${source.schema.tables.map((found) => found.name).join(', ')}`)
  return table
}

export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((found) => found.name === name)
  if (!column) throw new Error(`no column ${name}: ${table.columns.map((found) => found.name).join(', ')}`)
  return column
}

/** All values of a column in C order over its own dims. */
export async function readAll(source: Source, tableName: string, columnName: string): Promise<Value[]> {
  const table = tableOf(source, tableName)
  const column = columnOf(table, columnName)
  const shape = column.dims.map((dim) => table.dims[dim]?.size ?? 0)
  if (!column.layout && source.vectors) {
    const vector = await source.vectors(table.name, columnName, 0, cellCount(shape))
    return Array.from({ length: vector.length }, (_, row) => valueAt(vector, row))
  }
  return readChunks(source, table.name, column, shape)
}

async function readChunks(source: Source, table: string, column: Column, shape: readonly number[]): Promise<Value[]> {
  const chunked = await source.column(table, column.name)
  const { layout } = chunked
  const stored = allocateStored(layout.storage, cellCount(shape))
  const objects = new Array<Value>(cellCount(shape))
  const counts = shape.map((size, axis) => Math.ceil(size / (layout.chunk[axis] ?? 1)))
  const machine = createMachine({ limit: 2 ** 28 })
  for (const index of indexes(counts)) {
    const mark = machine.mark()
    const range = chunked.locate(index)
    const fetched = chunked.read ? chunked.read(range, machine) : ((await chunked.fetch?.(range)) ?? null)
    const out = machine.allocate(layout.bytes)
    chunked.decode(fetched, machine, out, range)
    chunked.prepare?.(machine, out, range)
    const copy = storedCopier(layout.storage, machine.memory.buffer)
    const read =
      layout.form && objectReader(layout.form, column.type, machine.memory.buffer, chunked.kept?.(machine, out))
    for (const cell of indexes(layout.chunk)) {
      const place = cell.map((at, axis) => at + (index[axis] ?? 0) * (layout.chunk[axis] ?? 0))
      if (place.some((at, axis) => at >= (shape[axis] ?? 0))) continue
      const row = place.reduce((sum, at, axis) => sum * (shape[axis] ?? 0) + at, 0)
      const address =
        out + (layout.offset ?? 0) + cell.reduce((sum, at, axis) => sum + at * (layout.strides[axis] ?? 0), 0)
      if (read) objects[row] = read(address, 0, 1)[0] as Value
      else copy(address, 0, 1, row, stored)
    }
    machine.release(mark)
  }
  if (layout.form) return objects
  const vector = unpack(column.type, layout, stored)
  return Array.from({ length: vector.length }, (_, row) => valueAt(vector, row))
}

/** All indexes of a shape, in C order. */
function* indexes(shape: readonly number[]): Generator<number[]> {
  const [size, ...rest] = shape
  if (size === undefined) yield []
  else for (let i = 0; i < size; i++) for (const tail of indexes(rest)) yield [i, ...tail]
}
