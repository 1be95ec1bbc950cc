/** `zarr.json` of an array in Zarr version 3 to the one description of arrays. Called by discover.ts. */
import { jsonText } from '../../model/json-text.js'
import { storageNamed } from '../../model/schema.js'
import { type AnyArray, type ChunkKeys, type DataType, Refusal, type ZarrArray } from './array.js'
import { type Extension, extension, storedForm } from './codecs-v3.js'
import { complex, packed } from './fields.js'
import { parseFill } from './fill.js'
import { checkShards, chunkGrid } from './grid.js'
import { isArray, isObject, type Json, type JsonObject } from './json.js'
import { attributeNames, named, shapeless, shapeOf, textAt } from './metadata.js'

export function readArrayV3(path: string, node: JsonObject): AnyArray {
  const attributes = isObject(node.attributes) ? node.attributes : {}
  return named(shapeless(path, attributes), () => arrayV3(path, node, attributes))
}

function arrayV3(path: string, node: JsonObject, attributes: JsonObject): AnyArray {
  const shape = shapeOf(node.shape)
  // Writers that came from version 2 kept its ways of naming dimensions.
  const names = namesV3(node.dimension_names, shape.length) ?? attributeNames(attributes, shape.length)
  const base = { path, shape, dimensionNames: names, attributes }
  const metadataKey = path === '' ? 'zarr.json' : `${path}/zarr.json`
  return named(base, () => ({ ...base, ...layoutV3(node, shape), fillIsMissing: false, metadataKey }))
}

/** Why a node cannot be understood by those who don't know its extensions; undefined where it can. */
export function unknownExtension(node: JsonObject, known: ReadonlySet<string>): string | undefined {
  const found = Object.entries(node).find(
    ([key, value]) => !known.has(key) && !(isObject(value) && value.must_understand === false),
  )
  return found && `the extension "${found[0]}" must be understood and is not known`
}

const arrayKeys = new Set([
  'zarr_format',
  'node_type',
  'shape',
  'data_type',
  'chunk_grid',
  'chunk_key_encoding',
  'fill_value',
  'codecs',
  'attributes',
  'storage_transformers',
  'dimension_names',
])

function layoutV3(
  node: JsonObject,
  shape: readonly number[],
): Pick<ZarrArray, 'chunk' | 'dataType' | 'fill' | 'edges' | 'axes' | 'codecs' | 'shards' | 'keys'> {
  if (node.zarr_format !== 3) throw new Error(`zarr_format is ${String(node.zarr_format)}, expected 3`)
  const unknown = unknownExtension(node, arrayKeys)
  if (unknown) throw new Refusal(unknown)
  if (isArray(node.storage_transformers) && node.storage_transformers.length > 0) {
    throw new Refusal('storage transformers are not read')
  }
  const { chunk, edges } = chunkGrid(extension(node.chunk_grid), shape)
  const { serializer, ...form } = storedForm(node.codecs, chunk)
  const dataType = typeV3(node.data_type, [serializer])
  if (edges && form.shards.length > 0) checkShards(edges, form.chunk)
  else if (edges && (dataType.kind === 'text' || dataType.kind === 'bytes')) {
    throw new Refusal('texts and bytes of any length in a grid of unequal chunks are not read')
  }
  const fill = parseFill(node.fill_value, dataType, 3)
  return { ...form, edges, dataType, fill, keys: keysOf(node.chunk_key_encoding) }
}

const bytesNames = new Set(['bytes', 'variable_length_bytes'])

function typeV3(value: Json | undefined, codecs: readonly Extension[]): DataType {
  const { name, configuration } = extension(value)
  const storage = Object.hasOwn(storageNamed, name) ? storageNamed[name] : undefined
  if (storage) return { kind: 'number', storage }
  if (name === 'numpy.datetime64') {
    const { unit, scale_factor: count = 1 } = configuration
    return { kind: 'datetime', unit: textAt(unit), count: Number(count) }
  }
  if (name === 'numpy.timedelta64') {
    const { unit, scale_factor: count = 1 } = configuration
    return { kind: 'timedelta', unit: textAt(unit), count: Number(count) }
  }
  if (name === 'complex64' || name === 'complex_float32') return complex('f4')
  if (name === 'complex128' || name === 'complex_float64') return complex('f8')
  const bits = /^r(\d+)$/.exec(name)?.[1]
  if (bits !== undefined && Number(bits) % 8 === 0) return { kind: 'raw', size: Number(bits) / 8 }
  if (name === 'raw_bytes') return { kind: 'raw', size: sizeOf(configuration.length_bytes) }
  if (name === 'fixed_length_utf32') return fixedText('utf32', configuration.length_bytes)
  if (name === 'null_terminated_bytes') return fixedText('bytes', configuration.length_bytes)
  if (name === 'string' && codecs.some((codec) => codec.name === 'vlen-utf8')) return { kind: 'text' }
  if (bytesNames.has(name) && codecs.some((codec) => codec.name === 'vlen-bytes')) return { kind: 'bytes' }
  if (name === 'struct' || name === 'structured') return structV3(configuration.fields, codecs)
  throw new Refusal(`data of type ${name} are not read yet`)
}

/** Objects `{ name, data_type }`, in the older form pairs. All fields have the byte order of the `bytes` codec. */
function structV3(fields: Json | undefined, codecs: readonly Extension[]): DataType {
  if (!isArray(fields)) throw new Error('a struct without fields')
  const bigEndian = codecs.some(({ name, configuration }) => name === 'bytes' && configuration.endian === 'big')
  return packed(
    fields.map((field) => {
      const [name, type] = isArray(field) ? field : isObject(field) ? [field.name, field.data_type] : []
      const found = typeV3(type, codecs)
      if (found.kind === 'text' || found.kind === 'bytes')
        throw new Error(`the field "${textAt(name)}" has no fixed size`)
      return { name: textAt(name), type: found, bigEndian }
    }),
  )
}

function fixedText(encoding: 'utf32' | 'bytes', size: Json | undefined): DataType {
  return { kind: 'fixedText', encoding, size: sizeOf(size) }
}

function sizeOf(bytes: Json | undefined): number {
  if (typeof bytes === 'number') return bytes
  throw new Error('length_bytes is missing')
}

function keysOf(value: Json | undefined): ChunkKeys {
  const { name, configuration } = extension(value ?? 'default')
  const separator = configuration.separator ?? (name === 'v2' ? '.' : '/')
  if (separator !== '.' && separator !== '/') throw new Error(`the separator is ${jsonText(separator)}`)
  if (name === 'default') return { prefix: 'c', separator }
  if (name === 'v2') return { prefix: '', separator }
  throw new Refusal(`the chunk key encoding "${name}" is not read`)
}

/** null stands for an axis without a name. */
function namesV3(value: Json | undefined, rank: number): readonly (string | null)[] | undefined {
  if (!isArray(value) || value.length !== rank) return undefined
  const names = value.map((name) => (typeof name === 'string' && name !== '' ? name : null))
  return names.some((name) => name !== null) ? names : undefined
}
