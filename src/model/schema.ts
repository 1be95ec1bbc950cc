/** Tables as grids: dimensions, columns over subsets of them, and how a column's chunks lie in memory. */
import type { TextEncoding } from './stored-text.js'
import {
  BOOLEAN,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  type Type,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
} from './type.js'

export interface Dimension {
  readonly name: string
  readonly size: number
}

/**
 * index: the position along a dimension that has no coordinate; coordinate: the 1-D array named like its dimension;
 * auxiliary: named in a `coordinates` attribute; variable: everything else.
 */
export type ColumnRole = 'index' | 'coordinate' | 'auxiliary' | 'variable'

export interface Column {
  readonly name: string
  readonly type: Type
  readonly nullable: boolean
  /** Indexes into the table's dimensions, in the order of the array's own axes. */
  readonly dims: readonly number[]
  readonly role: ColumnRole
  /**
   * Absent for `index` columns, for columns that were refused, and for those that do not lie in chunks (text and values
   * with a validity of their own, in memory): `Source.vectors` reads the latter.
   */
  readonly layout?: Layout | undefined
  /** Found by its name, but not among the columns that `*` stands for. */
  readonly isVirtual?: true | undefined
  /** Why this column cannot be read; using it is an error with this text. */
  readonly refused?: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Table {
  /** The path of the naming array in its store: `t2m`, `ocean/sst`. */
  readonly name: string
  /** Other names by which FROM finds it: its last part where that is unique, its group where one grid contains all others. */
  readonly aliases?: readonly string[] | undefined
  /** Found by name, but not listed: coordinates, bounds, grid mappings. */
  readonly hidden?: true | undefined
  readonly dims: readonly Dimension[]
  readonly columns: readonly Column[]
  /** The variable that names this grid is the table's name; others of the same shape are columns too. */
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Schema {
  readonly tables: readonly Table[]
  /** The table that `FROM 'store'` means: the one grid that contains all others. Absent where there is none. */
  readonly defaultTable?: string | undefined
}

/** Number types as they lie in memory, little-endian. bool is one byte, 0 or 1. */
export type Storage = 'bool' | 'i1' | 'i2' | 'i4' | 'i8' | 'u1' | 'u2' | 'u4' | 'u8' | 'f2' | 'f4' | 'f8'

/** How a stored number becomes the column's value. */
export type Unpack =
  | { readonly kind: 'none' }
  /** value = stored * scale + offset, computed in the column's type (float32 or float64). */
  | { readonly kind: 'scale'; readonly scale: number; readonly offset: number }
  /**
   * microseconds = stored * step + epoch: step in microseconds, exact for integers. Column type TIMESTAMP.
   * With `per`, of integers only, a step is the fraction step / per of a microsecond, and what it leaves over is cut off
   * towards the past, as NumPy does.
   */
  | { readonly kind: 'time'; readonly step: number; readonly epoch: bigint; readonly per?: bigint | undefined }
  /** stored * step months since January 1970. Column type TIMESTAMP. */
  | { readonly kind: 'months'; readonly step: number }

/** How values that are no numbers are made of the bytes of a cell. */
export type Form =
  /** Cells are i4: the number of a value that the source keeps for the chunk. */
  | { readonly kind: 'kept' }
  /** Text of `size` bytes, padded with zeros: UTF-32 or UTF-8. Those of `missing` mean NULL. */
  | {
      readonly kind: 'text'
      readonly encoding: TextEncoding
      readonly size: number
      readonly missing: readonly string[]
    }
  | { readonly kind: 'bytes'; readonly size: number }
  /** `size` items side by side, of `itemBytes` bytes each. */
  | { readonly kind: 'list'; readonly size: number; readonly itemBytes: number; readonly item: Form }
  /** Lengths of time: `unpack` gives microseconds, or the numbers count so many months. */
  | ({ readonly kind: 'duration'; readonly months?: number | undefined } & Encoding)
  /** Only as an item of a list. */
  | ({ readonly kind: 'number' } & Encoding)

export type FoldKind = 'sum' | 'mean' | 'min' | 'max'

/** What is made of each list of numbers: one of 8 bytes, the items [start, end) of it folded. NULLs do not count. */
export interface ListFold {
  readonly kind: FoldKind
  readonly items: Storage
  readonly size: number
  readonly start: number
  /** At most `size`; or the place behind which the list is cut off, in another field of the cell. */
  readonly end:
    | number
    | {
        readonly column: string
        readonly storage: Storage
        /** Bytes from the list. */
        readonly offset: number
      }
  readonly nanIsNull: boolean
}

/**
 * How each decoded chunk of a column lies in memory. All chunks have the full chunk shape, edge chunks too.
 * Byte order is already the machine's; a transposed array only has other strides.
 */
export interface Layout {
  readonly storage: Storage
  /** Cells per chunk along each of the column's own dims. */
  readonly chunk: readonly number[]
  /** Bytes from one cell to the next along each of the column's own dims. */
  readonly strides: readonly number[]
  /** Bytes of one decoded chunk. */
  readonly bytes: number
  /** Bytes from the start of a cell to its value, where a cell is more than that: the fields of a structured array. */
  readonly offset?: number | undefined
  /** Present where values are no numbers: only the interpreter reads them. `storage` does not matter then. */
  readonly form?: Form | undefined
  /** The column is made of another one's cells, whose name it has for its source: what is known of that one's values is not of its. */
  readonly made?: true | undefined
  /** Cells are lists, of which each gives one number: of `storage`, which is that of the result. */
  readonly fold?: ListFold | undefined
  /** Columns of a table that name the same here lie in the same chunks: the fields of one structured array. */
  readonly shared?: string | undefined
  readonly unpack: Unpack
  /** Stored values that mean missing, compared before unpacking; NaN never stands here. */
  readonly missing: readonly (number | bigint)[]
  /** NaN means missing (only for floats). */
  readonly nanIsNull: boolean
  /** Stored values outside are missing, compared before unpacking. */
  readonly validRange?: ValidRange | undefined
}

/** From `least` to `most`, both included; an end that is absent does not count. NaN is neither below nor above. */
export interface ValidRange {
  readonly least?: number | bigint | undefined
  readonly most?: number | bigint | undefined
}

/** How stored numbers become values and NULLs. */
export type Encoding = Pick<Layout, 'storage' | 'unpack' | 'missing' | 'nanIsNull' | 'validRange'>

export function encodingOf({ storage, unpack, missing, nanIsNull, validRange }: Encoding): Encoding {
  return { storage, unpack, missing, nanIsNull, ...(validRange && { validRange }) }
}

export function hasMissing({ missing, nanIsNull, validRange }: Encoding): boolean {
  return missing.length > 0 || nanIsNull || validRange !== undefined
}

/** A box of cells: [start, end) per dimension of a grid. */
export interface Box {
  readonly start: readonly number[]
  readonly end: readonly number[]
}

/** The table that FROM means when it names only the store; undefined where several grids stand side by side. */
export function defaultTable(schema: Schema): Table | undefined {
  return schema.tables.find((table) => table.name === schema.defaultTable)
}

/** The table of a name: its own before an alias; as written before without case. */
export function findTable(schema: Schema, name: string): Table | undefined {
  const lower = name.toLowerCase()
  return (
    schema.tables.find((table) => table.name === name) ??
    schema.tables.find((table) => table.aliases?.includes(name)) ??
    schema.tables.find((table) => table.name.toLowerCase() === lower) ??
    schema.tables.find((table) => table.aliases?.some((alias) => alias.toLowerCase() === lower))
  )
}

/** What SHOW TABLES shows. */
export function listedTables(schema: Schema): readonly Table[] {
  return schema.tables.filter((table) => !table.hidden)
}

/** The names that NumPy and Zarr v3 give to types of numbers. */
export const storageNamed: Readonly<Record<string, Storage>> = {
  bool: 'bool',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
}

/** What stored numbers are before scale and offset are applied. */
export const typeOfStorage: Readonly<Record<Storage, Type>> = {
  bool: BOOLEAN,
  i1: INT8,
  i2: INT16,
  i4: INT32,
  i8: INT64,
  u1: UINT8,
  u2: UINT16,
  u4: UINT32,
  u8: UINT64,
  f2: FLOAT32,
  f4: FLOAT32,
  f8: FLOAT64,
}

export const storageBytes: Readonly<Record<Storage, number>> = {
  bool: 1,
  i1: 1,
  i2: 2,
  i4: 4,
  i8: 8,
  u1: 1,
  u2: 2,
  u4: 4,
  u8: 8,
  f2: 2,
  f4: 4,
  f8: 8,
}

export function cellCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function boxShape(box: Box): number[] {
  return box.end.map((end, i) => end - (box.start[i] ?? 0))
}

/** The chunk counts of a column along each of its own dims. */
export function chunkCounts(column: Column, dims: readonly Dimension[]): number[] {
  return column.dims.map((dim, axis) => {
    const size = dims[dim]?.size ?? 0
    return Math.ceil(size / Math.max(1, column.layout?.chunk[axis] ?? size))
  })
}
