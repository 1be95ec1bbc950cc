/**
 * Columns that are made of the lists of a column: one item of each, or all of them along a dimension more. They read the
 * same chunks, only other bytes of them. Used by the rules of `optimize`.
 */
import type { ColumnId } from './expression.js'
import type { ScanColumn } from './plan.js'
import {
  type Column,
  encodingOf,
  type FoldKind,
  type Form,
  hasMissing,
  type Layout,
  type ListFold,
  type Storage,
} from './schema.js'
import { elementOf, isInteger, isNumeric, type Type } from './type.js'

type NumberForm = Extract<Form, { kind: 'number' }>

/** Lists of as many numbers in each cell, side by side. */
export interface NumberLists {
  readonly column: ScanColumn
  readonly layout: Layout
  readonly size: number
  readonly itemBytes: number
  readonly item: NumberForm
}

/** Undefined where the cells of a column are no such lists. */
export function numberLists(column: ScanColumn): NumberLists | undefined {
  const { layout, refused } = column.column
  const form = layout?.form
  if (!layout || form?.kind !== 'list' || form.item.kind !== 'number' || refused || column.nullable) return undefined
  return { column, layout, size: form.size, itemBytes: form.itemBytes, item: form.item }
}

/** The item at an index as a column of its own. */
export function itemColumn(lists: NumberLists, index: number, id: ColumnId): ScanColumn {
  const { layout, itemBytes } = lists
  const name = `${lists.column.name}[${index + 1}]`
  return derived(lists, id, name, { offset: (layout.offset ?? 0) + index * itemBytes })
}

/** Numbers that the kernel folds: whole ones must not pass 64 bits. */
const foldable: ReadonlySet<Storage> = new Set(['i1', 'i2', 'i4', 'u1', 'u2', 'u4', 'f4', 'f8'])

/** Stand for NULL among folds: see src/kernel/assembly/fold.ts. */
const noFloat = -Number.MAX_VALUE
const noInteger = -(2n ** 63n)

/** Which part of each list is folded: items [start, end), or up to a place that another column of the same cells tells. */
export interface FoldPart {
  readonly start: number
  readonly end: number | ScanColumn
}

/** What a fold makes of each list, as a column of type `type`; undefined where the kernel has no such fold. */
export function foldColumn(
  lists: NumberLists,
  kind: FoldKind,
  { start, end }: FoldPart,
  type: Type,
  id: ColumnId,
): ScanColumn | undefined {
  const { item, layout, size } = lists
  const floats = item.storage === 'f4' || item.storage === 'f8'
  const isPlain =
    item.unpack.kind === 'none' &&
    item.missing.length === 0 &&
    !item.validRange &&
    isNumeric(elementOf(lists.column.type))
  if (!foldable.has(item.storage) || !isPlain) return undefined
  // The least of numbers with NaN among them is not found in lanes.
  if (floats && !item.nanIsNull && kind !== 'sum' && kind !== 'mean') return undefined
  const bound = typeof end === 'number' ? end : boundOf(lists, end)
  if (bound === undefined) return undefined
  const fold: ListFold = { kind, items: item.storage, size, start, end: bound, nanIsNull: item.nanIsNull }
  const isFloat = floats || kind === 'mean'
  const place: Layout = {
    ...layout,
    form: undefined,
    made: true,
    fold,
    storage: isFloat ? 'f8' : 'i8',
    unpack: { kind: 'none' },
    missing: [isFloat ? noFloat : noInteger],
    nanIsNull: false,
  }
  const name = `list_${kind}(${lists.column.name}[${start + 1}:${typeof end === 'number' ? end : end.name}])`
  const column: Column = { ...lists.column.column, type, nullable: true, layout: place }
  return { id, name, type, nullable: true, column }
}

/** A whole number in the same cells that is never NULL. */
function boundOf({ column, layout }: NumberLists, { column: end, nullable }: ScanColumn): ListFold['end'] | undefined {
  const place = end.layout
  const isShared = place?.shared !== undefined && place.shared === layout.shared
  const isWhole = isInteger(end.type) && place?.unpack.kind === 'none' && place.storage !== 'bool'
  if (!place || !isShared || !isWhole || nullable || place.missing.length > 0 || place.form) return undefined
  if (end.dims.join() !== column.column.dims.join() || place.fold) return undefined
  return { column: end.name, storage: place.storage, offset: (place.offset ?? 0) - (layout.offset ?? 0) }
}

/** All items, along a dimension of the grid that has as many indexes. */
export function columnAlong(lists: NumberLists, dim: number, id: ColumnId, name: string): ScanColumn {
  const { layout, size, itemBytes, column } = lists
  const along = { chunk: [...layout.chunk, size], strides: [...layout.strides, itemBytes] }
  return derived(lists, id, name, along, [...column.column.dims, dim])
}

function derived(
  { column: { column, type }, layout, item }: NumberLists,
  id: ColumnId,
  name: string,
  change: Partial<Layout>,
  dims: Column['dims'] = column.dims,
): ScanColumn {
  const element = elementOf(type)
  const place: Layout = { ...layout, form: undefined, made: true, ...encodingOf(item), ...change }
  const nullable = hasMissing(item)
  return { id, name, type: element, nullable, column: { ...column, type: element, nullable, dims, layout: place } }
}
