/** The fields of structured arrays, each as an array of its own over the same chunks. Called by tables.ts and chunked.ts. */
import type { Machine } from '../../kernel/machine.js'
import { cellCount } from '../../model/schema.js'
import { cellBytes, type DataType, elementBytes, type StructField, type ZarrArray } from './array.js'
import { complexMissing } from './complex.js'

/**
 * One array per field, those of nested structs by their path: `a.b`. Throws a plain Error where two have one name, and
 * where attributes, with `conventions`, say of complex numbers what they cannot say of their parts.
 */
export function fieldsOf(array: ZarrArray, conventions: boolean): ZarrArray[] {
  if (array.dataType.kind !== 'struct') return [array]
  const missing = array.dataType.complex && conventions ? complexMissing(array) : []
  const leaves = leavesOf(array.dataType.fields)
  if (leaves.length === 0) throw new Error('a struct without fields')
  const names = new Set<string>()
  for (const { name } of leaves) {
    if (names.has(name)) throw new Error(`two fields are called "${name}"`)
    names.add(name)
  }
  return leaves.map(({ type, ...field }) => ({
    ...array,
    dataType: type,
    fill: undefined,
    fillIsMissing: false,
    attributes: {},
    field: { ...field, whole: array, missing },
  }))
}

function leavesOf(fields: readonly StructField[]): StructField[] {
  return fields.flatMap((field) => {
    const { type } = field
    const struct = type.kind === 'list' ? type.element : type
    if (struct.kind !== 'struct') return [field]
    return leavesOf(struct.fields).map((inner) => ({
      ...inner,
      name: `${field.name}.${inner.name}`,
      // A list of structs is a list of each field.
      type: type.kind === 'list' ? { ...type, element: inner.type, step: struct.bytes } : inner.type,
      offset: field.offset + inner.offset,
      bigEndian: field.bigEndian || inner.bigEndian,
    }))
  })
}

/** Puts the bytes of one field of a decoded chunk in the machine's order; undefined where they are. */
export function byteSwap({ chunk, dataType, field }: ZarrArray): ((machine: Machine, out: number) => void) | undefined {
  const size = elementBytes(dataType)
  if (!field?.bigEndian || size === 1) return undefined
  const cells = cellCount(chunk)
  const stride = cellBytes(field.whole.dataType)
  const offsets = elementOffsets(dataType, size)
  return ({ kernel }, out) => {
    for (const offset of offsets) kernel.swap_strided(size, stride, cells, out + field.offset + offset)
  }
}

/** Where the numbers of `size` bytes lie in a cell. */
function elementOffsets(type: DataType, size: number): number[] {
  if (type.kind !== 'list') return Array.from({ length: cellBytes(type) / size }, (_, i) => i * size)
  const { element, shape, step = cellBytes(element) } = type
  const inner = elementOffsets(element, size)
  return Array.from({ length: cellCount(shape) }, (_, i) => inner.map((offset) => i * step + offset)).flat()
}

export function complex(storage: 'f4' | 'f8'): DataType {
  const part = (name: string) => ({ name, type: { kind: 'number', storage } as const, bigEndian: false })
  return { ...(packed([part('real'), part('imag')]) as Extract<DataType, { kind: 'struct' }>), complex: true }
}

/** Fields that follow each other without gaps. */
export function packed(fields: readonly Omit<StructField, 'offset'>[]): DataType {
  let bytes = 0
  const placed = fields.map((field) => {
    const offset = bytes
    bytes += cellBytes(field.type)
    return { ...field, offset }
  })
  return { kind: 'struct', bytes, fields: placed.filter(({ name }) => name !== '') }
}
