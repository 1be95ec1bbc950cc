/** Texts that netCDF keeps as arrays of single characters, with the characters along the last dimension. Called by tables.ts. */
import { type AnyArray, isRefused, type ZarrArray } from './array.js'

/** The arrays of a group, characters put together as xarray does it: where no other kind of array has the dimension. */
export function stackCharacters(arrays: readonly AnyArray[]): AnyArray[] {
  const others = new Set<string | null>()
  for (const array of arrays) {
    others.add(nameOf(array))
    const names = array.dimensionNames ?? []
    for (const name of isCharacters(array) ? names.slice(0, -1) : names) others.add(name)
  }
  return arrays.map((array) => {
    const last = array.dimensionNames?.at(-1)
    return isCharacters(array) && typeof last === 'string' && !others.has(last) ? stack(array) : array
  })
}

function nameOf({ path }: AnyArray): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function isCharacters(array: AnyArray): array is ZarrArray {
  if (isRefused(array) || array.shape.length === 0) return false
  const { dataType } = array
  return dataType.kind === 'fixedText' && dataType.encoding === 'bytes' && dataType.size === 1
}

function stack(array: ZarrArray): AnyArray {
  const { path, attributes, keys, chunk } = array
  const shape = array.shape.slice(0, -1)
  const dimensionNames = array.dimensionNames?.slice(0, -1)
  const size = chunk.at(-1) ?? 1
  const isPlain = array.shards.length === 0 && !array.edges
  const isWhole = isPlain && size >= (array.shape.at(-1) ?? 0) && array.axes.at(-1) === shape.length
  if (!isWhole) {
    const refused = 'its texts are split over several chunks, or their characters do not lie side by side'
    return { path, shape, dimensionNames, attributes, refused }
  }
  return {
    ...array,
    shape,
    dimensionNames,
    chunk: chunk.slice(0, -1),
    axes: array.axes.slice(0, -1),
    dataType: { kind: 'fixedText', encoding: 'bytes', size },
    keys: { ...keys, innerAxes: (keys.innerAxes ?? 0) + 1 },
  }
}
