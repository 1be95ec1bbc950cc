/** What the readers of both versions share: shapes, and how damage and limits of ours become a refused column. */
import { jsonText } from '../../model/json-text.js'
import { type AnyArray, Refusal, type RefusedArray } from './array.js'
import { isArray, isObject, type Json, type JsonObject } from './json.js'

type Base = Omit<RefusedArray, 'refused'>

/** Metadata that cannot be understood make one array unusable, not the store. */
export function named(base: Base, read: () => AnyArray): AnyArray {
  try {
    return read()
  } catch (error) {
    const text = (error as Error).message
    return { ...base, refused: error instanceof Refusal ? text : `its metadata are not valid: ${text}` }
  }
}

/** What is known of an array before its shape is. */
export function shapeless(path: string, attributes: JsonObject): Base {
  return { path, shape: [], dimensionNames: undefined, attributes }
}

export function shapeOf(value: Json | undefined): number[] {
  return sizes(value, 'shape', 0)
}

/** Zarr allows no empty chunks, but writers give them to empty arrays. */
export function chunkShape(value: Json | undefined, shape: readonly number[]): number[] {
  const chunk = sizes(value, 'chunk shape', 0).map((size) => Math.max(1, size))
  if (chunk.length !== shape.length) {
    throw new Error(`the chunk shape has ${chunk.length} dimensions, the array ${shape.length}`)
  }
  return chunk
}

function sizes(value: Json | undefined, what: string, least: number): number[] {
  if (!isArray(value)) throw new Error(`the ${what} is missing`)
  return value.map((size) => {
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= least) return size
    throw new Error(`the ${what} has ${String(size)} among its sizes`)
  })
}

export function textAt(value: Json | undefined): string {
  if (typeof value === 'string') return value
  throw new Error(`${jsonText(value)} stands where a name is expected`)
}

/** xarray's attribute, else the references of NCZarr: in the attributes, or in `metadata` beside them. */
export function attributeNames(
  attributes: JsonObject,
  rank: number,
  metadata: JsonObject = {},
): readonly string[] | undefined {
  const names = attributes._ARRAY_DIMENSIONS ?? referencesOf(attributes) ?? referencesOf(metadata)
  if (!isArray(names) || names.length !== rank) return undefined
  return names.every((name) => typeof name === 'string') ? names : undefined
}

/** `/time`, `/group/lat`: the last part is the name. */
function referencesOf(from: JsonObject): readonly Json[] | undefined {
  const holder = ncZarr(from)
  const references = holder?.dimrefs ?? holder?.dimension_references ?? holder?.dimensions
  return isArray(references) ? references.map((name) => textAt(name).split('/').at(-1) ?? '') : undefined
}

/** NCZarr has no arrays without dimensions: it writes one of length 1 and says so. */
export function isScalarOfNcZarr(...places: readonly JsonObject[]): boolean {
  return places.some((place) => ncZarr(place)?.storage === 'scalar')
}

function ncZarr(from: JsonObject): JsonObject | undefined {
  const holder = from._nczarr_array ?? from._NCZARR_ARRAY ?? from._NCZARR_ARRAY_
  return isObject(holder) ? holder : undefined
}
