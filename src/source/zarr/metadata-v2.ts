/** `.zarray` and `.zattrs` of Zarr version 2 to the one description of arrays. Called by discover.ts. */

import type { CodecConfig } from '../../codec/codec.js'
import { jsonText } from '../../model/json-text.js'
import type { Storage } from '../../model/schema.js'
import { type AnyArray, type DataType, elementBytes, Refusal, type StructField, type ZarrArray } from './array.js'
import { complex, packed } from './fields.js'
import { parseFill } from './fill.js'
import { isArray, isObject, type Json, type JsonObject } from './json.js'
import { attributeNames, chunkShape, isScalarOfNcZarr, named, shapeless, shapeOf, textAt } from './metadata.js'

interface TypeV2 {
  readonly type: DataType
  readonly bigEndian: boolean
}

/** `zarray` and `zattrs` are the parsed files. */
export function readArrayV2(path: string, zarray: JsonObject, zattrs: JsonObject): AnyArray {
  return named(shapeless(path, zattrs), () => arrayV2(path, zarray, zattrs))
}

function arrayV2(path: string, zarray: JsonObject, zattrs: JsonObject): AnyArray {
  const stored = shapeOf(zarray.shape)
  const shape = isScalarOfNcZarr(zattrs, zarray) ? [] : stored
  const dimensionNames = attributeNames(zattrs, shape.length, zarray)
  const base = { path, shape, dimensionNames, attributes: zattrs }
  return named(base, () => ({
    ...base,
    ...layoutV2(zarray, stored),
    ...(shape !== stored && { chunk: [], axes: [] }),
    fillIsMissing: '_ARRAY_DIMENSIONS' in zattrs,
    metadataKey: path === '' ? '.zarray' : `${path}/.zarray`,
  }))
}

function layoutV2(
  zarray: JsonObject,
  shape: readonly number[],
): Pick<ZarrArray, 'chunk' | 'dataType' | 'fill' | 'axes' | 'codecs' | 'shards' | 'keys'> {
  if (zarray.zarr_format !== 2) throw new Error(`zarr_format is ${String(zarray.zarr_format)}, expected 2`)
  const filters = isArray(zarray.filters) ? zarray.filters.map((filter) => filterV2(filter, zarray.fill_value)) : []
  const { type, bigEndian } = typeV2(zarray.dtype ?? null, filters)
  const separator = zarray.dimension_separator ?? '.'
  if (separator !== '.' && separator !== '/') throw new Error(`dimension_separator is ${jsonText(separator)}`)
  const order = zarray.order ?? 'C'
  if (order !== 'C' && order !== 'F') throw new Error(`order is ${jsonText(order)}, expected "C" or "F"`)
  const axes = shape.map((_, axis) => axis)
  const compressor = zarray.compressor ? [codecV2(zarray.compressor)] : []
  // Bytes are put in order last, after all that was done to them: for a writer it would be the first codec.
  const order1: CodecConfig[] =
    bigEndian && elementBytes(type) > 1 ? [{ name: 'bytes', configuration: { endian: 'big' } }] : []
  return {
    chunk: chunkShape(zarray.chunks, shape),
    dataType: type,
    fill: parseFill(zarray.fill_value, type, 2),
    axes: order === 'C' ? axes : axes.toReversed(),
    codecs: [...order1, ...filters.filter(({ name }) => !variableCodecs.has(name)), ...compressor],
    shards: [],
    keys: { prefix: '', separator },
  }
}

function codecV2(value: Json): CodecConfig {
  if (!isObject(value)) throw new Error(`a codec is ${jsonText(value)}, expected an object with an "id"`)
  const { id, ...configuration } = value
  if (typeof id !== 'string') throw new Error('a codec has no "id"')
  return { name: id, configuration }
}

/** Codecs of objects have the fill value among the values, where only some of a chunk were written. */
function filterV2(value: Json, fill: Json | undefined): CodecConfig {
  const { name, configuration } = codecV2(value)
  const more = nullableCodecs.has(name) ? { fillsWithZero: fill === 0 } : {}
  return { name, configuration: { ...configuration, ...more } }
}

/** They only lay values of any length one behind the other: see variable.ts. */
const variableCodecs = new Set(['vlen-utf8', 'vlen-bytes', 'vlen-array'])

/** What makes bytes of objects that are texts, or become texts. All decode to the layout of the first. */
const textCodecs = new Set(['vlen-utf8', 'categorize'])
const nullableCodecs = new Set(['json2', 'msgpack2'])

const numbers = new Set<string>(['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8'])

/** NumPy's type strings, or a list of fields. */
function typeV2(dtype: Json, filters: readonly CodecConfig[]): TypeV2 {
  if (isArray(dtype)) return { type: packed(dtype.map((field, i) => fieldV2(field, i, filters))), bigEndian: false }
  if (typeof dtype !== 'string') throw new Error(`dtype is ${jsonText(dtype)}, no type of NumPy`)
  const match = /^([<>|=])([biufcmMSUVO])(\d*)(?:\[(\d*)(\w+)\])?$/.exec(dtype)
  if (!match) throw new Error(`dtype is ${jsonText(dtype)}, no type of NumPy`)
  const [, order, kind = '', digits = '', count, unit] = match
  const bigEndian = order === '>'
  const type = kindV2(kind, Number(digits), dtype, filters, unit && { unit, count: Number(count || 1) })
  return { type, bigEndian }
}

/** `[name, type]`, `[name, type, shape]`; the name may have a title before it. Padding gets no name. */
function fieldV2(field: Json, position: number, filters: readonly CodecConfig[]): Omit<StructField, 'offset'> {
  if (!isArray(field)) throw new Error(`the dtype has ${jsonText(field)} where a field is expected`)
  const [label, dtype = null, shape] = field
  const name = textAt(isArray(label) ? label[1] : label)
  const { type, bigEndian } = typeV2(dtype, filters)
  if (type.kind === 'raw' && name === '') return { name, type, bigEndian }
  const sizes = shape === undefined ? [] : shapeOf(isArray(shape) ? shape : [shape])
  return {
    name: name || `f${position}`,
    type: sizes.length === 0 ? type : { kind: 'list', element: type, shape: sizes },
    bigEndian,
  }
}

function kindV2(
  kind: string,
  size: number,
  dtype: string,
  filters: readonly CodecConfig[],
  time: '' | undefined | { unit: string; count: number },
): DataType {
  if (kind === 'b' && size === 1) return { kind: 'number', storage: 'bool' }
  if (numbers.has(kind + size)) return { kind: 'number', storage: `${kind}${size}` as Storage }
  if (kind === 'M' && time) return { kind: 'datetime', ...time }
  if (kind === 'm') return { kind: 'timedelta', ...(time || { unit: 'generic', count: 1 }) }
  if (kind === 'c' && (size === 8 || size === 16)) return complex(size === 8 ? 'f4' : 'f8')
  if (kind === 'U') return { kind: 'fixedText', encoding: 'utf32', size: 4 * size }
  if (kind === 'S') return { kind: 'fixedText', encoding: 'bytes', size }
  if (kind === 'V') return { kind: 'raw', size }
  if (kind === 'O') return objectsV2(filters[0])
  throw new Refusal(`data of type ${dtype} are not read`)
}

/** What the first filter made bytes of. */
function objectsV2(filter: CodecConfig | undefined): DataType {
  const codec = filter?.name ?? 'nothing'
  if (codec === 'vlen-array') return listsV2((filter?.configuration?.dtype ?? null) as Json)
  if (textCodecs.has(codec)) return { kind: 'text' }
  if (nullableCodecs.has(codec)) return { kind: 'text', hasNull: true }
  if (codec === 'vlen-bytes') return { kind: 'bytes' }
  if (codec === 'pickle')
    throw new Refusal(
      'pickled objects are programs: they are not read; json2 or vlen-utf8 are codecs to write objects with',
    )
  throw new Refusal(`data of type |O, made bytes by ${codec}, are not read`)
}

const itemKinds: ReadonlySet<DataType['kind']> = new Set(['number', 'datetime', 'timedelta'])

/** Items of a type that the configuration of the codec names. */
function listsV2(dtype: Json): DataType {
  const { type, bigEndian } = typeV2(dtype, [])
  if (!itemKinds.has(type.kind)) throw new Refusal(`lists of ${jsonText(dtype)} are not read`)
  return { kind: 'lists', element: type, bigEndian }
}
