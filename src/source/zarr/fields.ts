/** The fields of structured arrays, each as an array of its own over the same chunks. Called by tables.ts and chunked.ts. */
import type { Machine } from '../../kernel/machine.js'
import { cellCount } from '../../model/schema.js'
import { cellBytes, type DataType, elementBytes, type StructField, type ZarrArray } from './array.js'

/**
 * One array per field, those of nested structs by their path: `a.b`. Throws a plain Error where two have one name, and
 * where attributes say of complex numbers what they cannot say of their parts.
 */
export function fieldsOf(array: ZarrArray): ZarrArray[] {
  if (array.dataType.kind !== 'struct') return [array]
  if (array.dataType.complex) requirePlain(array)
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
    field: { ...field, whole: array },
  }))
}

const decoding = ['scale_factor', 'add_offset', 'missing_value', '_FillValue']

function requirePlain({ attributes }: ZarrArray): void {
  const found = decoding.find((name) => attributes[name] !== undefined && !Number.isNaN(attributes[name]))
  if (found) throw new Error(`complex numbers with the attribute "${found}" are not read`)
}

function leavesOf(fields: readonly StructField[]): StructField[] {
  return fields.flatMap((field) => {
    if (field.type.kind !== 'struct') return [field]
    return leavesOf(field.type.fields).map((inner) => ({
      ...inner,
      name: `${field.name}.${inner.name}`,
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
  const elements = cellBytes(dataType) / size
  return ({ kernel }, out) => {
    for (let k = 0; k < elements; k++) kernel.swap_strided(size, stride, cells, out + field.offset + k * size)
  }
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
