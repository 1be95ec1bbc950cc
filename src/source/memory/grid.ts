/** What users hand over in memory, as named columns over dimensions. Called by open.ts. */
import { tableFromIPC } from 'apache-arrow'
import { ChunkQLError } from '../../model/error.js'
import { cellCount, type Dimension } from '../../model/schema.js'
import { type AnyArray, arrayMaterial, isArrayLike } from './arrays.js'
import { arrowMaterial } from './arrow.js'
import type { Material } from './material.js'
import { type ArrowLike, isArrow, isBytes, isColumns, isNamedArrays, type NamedArrays } from './recognise.js'

export interface MemoryColumn {
  readonly name: string
  readonly role: 'coordinate' | 'variable'
  readonly dims: readonly number[]
  readonly material: Material
}

export interface MemoryGrid {
  readonly dims: readonly Dimension[]
  readonly columns: readonly MemoryColumn[]
}

export function gridOf(value: unknown, nanIsNull: boolean): MemoryGrid {
  if (isBytes(value)) return arrowGrid(fromBytes(value))
  if (isArrow(value)) return arrowGrid(value)
  if (isNamedArrays(value)) return namedGrid(value, nanIsNull)
  if (isColumns(value)) return columnsGrid(value, nanIsNull)
  throw new ChunkQLError('internal', 'nothing that can be read in memory')
}

function fromBytes(bytes: Uint8Array | ArrayBuffer): ArrowLike {
  try {
    return tableFromIPC(bytes)
  } catch (error) {
    throw new ChunkQLError('store', `the bytes are no Arrow IPC stream or file: ${(error as Error).message}`)
  }
}

function arrowGrid(table: ArrowLike): MemoryGrid {
  const columns = table.schema.fields.map(({ name }, i): MemoryColumn => {
    const column = table.getChildAt(i)
    const material: Material = column
      ? arrowMaterial(column)
      : { kind: 'refused', type: { kind: 'null' }, refused: 'the column is not there' }
    return { name, role: 'variable', dims: [0], material }
  })
  return { dims: [rowDimension(table.numRows, columns)], columns }
}

function columnsGrid(arrays: Readonly<Record<string, AnyArray>>, nanIsNull: boolean): MemoryGrid {
  const entries = Object.entries(arrays)
  const length = entries[0]?.[1].length ?? 0
  const odd = entries.find(([, values]) => values.length !== length)
  if (odd) {
    throw new ChunkQLError('type', `'${odd[0]}' has ${odd[1].length} rows, '${entries[0]?.[0]}' has ${length}`)
  }
  const columns = entries.map(
    ([name, values]): MemoryColumn => ({
      name,
      role: 'variable',
      dims: [0],
      material: arrayMaterial(name, values, nanIsNull),
    }),
  )
  return { dims: [rowDimension(length, columns)], columns }
}

/** The dimension of a table has no column of its own: its name is only for plans. */
function rowDimension(size: number, columns: readonly { readonly name: string }[]): Dimension {
  let name = 'row'
  while (columns.some((column) => column.name === name)) name += '_'
  return { name, size }
}

function namedGrid(arrays: NamedArrays, nanIsNull: boolean): MemoryGrid {
  const coords = Object.entries(arrays.coords ?? {})
  const shape = shapeOf(arrays)
  const dims = arrays.dims.map((name, i) => ({ name, size: shape[i] ?? 0 }))
  const cells = cellCount(shape)
  const coordinates = coords.map(([name, values]): MemoryColumn => {
    const dim = arrays.dims.indexOf(name)
    if (dim < 0)
      throw new ChunkQLError('type', `the coordinate '${name}' is none of the dims ${arrays.dims.join(', ')}`)
    checkLength(name, values.length, shape[dim] ?? 0)
    return { name, role: 'coordinate', dims: [dim], material: arrayMaterial(name, values, nanIsNull) }
  })
  const variables = Object.entries(arrays.data).map(([name, values]): MemoryColumn => {
    if (!isArrayLike(values)) throw new ChunkQLError('type', `'${name}' is no array: data are flat, in C order`)
    checkLength(name, values.length, cells)
    return { name, role: 'variable', dims: dims.map((_, i) => i), material: arrayMaterial(name, values, nanIsNull) }
  })
  return { dims, columns: [...coordinates.sort((a, b) => (a.dims[0] ?? 0) - (b.dims[0] ?? 0)), ...variables] }
}

/** As given, else from the coordinates; one dimension without may follow from the number of cells. */
function shapeOf({ dims, coords, data, shape }: NamedArrays): number[] {
  if (new Set(dims).size < dims.length) throw new ChunkQLError('type', `the dims ${dims.join(', ')} repeat a name`)
  if (shape) {
    if (shape.length === dims.length) return [...shape]
    throw new ChunkQLError('type', `shape has ${shape.length} sizes for ${dims.length} dims`)
  }
  const sizes = dims.map((name) => coords?.[name]?.length)
  const unknown = sizes.filter((size) => size === undefined).length
  const cells = Object.values(data)[0]?.length
  const known = cellCount(sizes.map((size) => size ?? 1))
  const rest = cells !== undefined && known > 0 ? cells / known : 0
  if (unknown > 1 || (unknown === 1 && cells === undefined)) {
    throw new ChunkQLError('type', 'the sizes of the dims are not known', { hint: 'give coords or shape' })
  }
  if (unknown === 1 && !Number.isInteger(rest)) {
    throw new ChunkQLError('type', `${cells} cells are no multiple of ${known}`, { hint: 'give coords or shape' })
  }
  return sizes.map((size) => size ?? rest)
}

function checkLength(name: string, found: number, expected: number): void {
  if (found !== expected) throw new ChunkQLError('type', `'${name}' has ${found} values, expected ${expected}`)
}
