/** The axes of arrays as dimensions of grids: which arrays share one. Called by tables.ts. */
import { ChunkQLError } from '../../model/error.js'
import type { Dimension } from '../../model/schema.js'
import { affineRules } from './affine.js'
import type { AnyArray } from './array.js'
import type { ZarrGroup } from './discover.js'
import { isObject, type JsonObject } from './json.js'
import type { Rule } from './rule.js'

/** Two axes are one dimension where their keys are equal: the name, or something private where there is none. */
export interface Axis extends Dimension {
  readonly key: string
  /** Its coordinate, where there is no array of that name. */
  readonly rule?: Rule | undefined
}

/** The axes of the arrays of a group. Coordinates by rule are left out without `conventions`. */
export function axesOfGroup(group: ZarrGroup, conventions: boolean): (array: AnyArray) => Axis[] {
  const isShared = !isPyramid(group.attributes)
  const affine = conventions ? affineRules(group) : new Map<string, Rule>()
  return (array) => {
    const level = group.levels.get(array.path)
    const used = new Set<string>()
    return array.shape.map((size, axis) => {
      const given = array.dimensionNames ? array.dimensionNames[axis] : level?.names[axis]
      const isNamed = given !== undefined && given !== null && !used.has(given)
      let name = isNamed ? given : `dim_${axis}`
      while (used.has(name)) name += '_'
      used.add(name)
      const key = isNamed && isShared && !level ? name : `${name} of ${array.path}`
      const rule = conventions ? (level?.rules[axis] ?? affine.get(name)) : undefined
      return { name, size, key, ...(rule && { rule }) }
    })
  }
}

/** The levels of an image pyramid name their dimensions alike, at different lengths: each is a world of its own. */
function isPyramid(attributes: JsonObject): boolean {
  return 'multiscales' in attributes || (isObject(attributes.ome) && 'multiscales' in attributes.ome)
}

export function checkLengths(
  members: readonly { readonly name: string; readonly axes: readonly Axis[] }[],
  where: string,
): void {
  const seen = new Map<string, { size: number; by: string }>()
  for (const { name: by, axes } of members) {
    for (const { key, name, size } of axes) {
      const other = seen.get(key)
      if (other && other.size !== size) {
        const what = `dimension '${name}' has length ${other.size} in '${other.by}' and ${size} in '${by}'`
        throw new ChunkQLError('store', what, { where })
      }
      seen.set(key, { size, by })
    }
  }
}

export function isWithin(inner: readonly Axis[], outer: readonly Axis[]): boolean {
  return inner.every(({ key }) => outer.some((axis) => axis.key === key))
}
