/** GeoZarr: coordinates of rasters from their affine transform, by the name of the dimension. Called by tables.ts. */
import type { AnyArray } from './array.js'
import type { ZarrGroup } from './discover.js'
import { isArray, type Json, type JsonObject } from './json.js'
import { type Rule, sameRule } from './rule.js'

/** x = a * column + b * row + c, y = d * column + e * row + f. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

interface Raster {
  readonly affine: Affine
  /** Whether the transform meets the edges of cells: the coordinates are those of their centers. */
  readonly isOfEdges: boolean
  readonly dimensions: readonly (string | null)[]
}

/** Dimensions for which rasters differ have no rule. */
export function affineRules(group: ZarrGroup): Map<string, Rule> {
  const found = new Map<string, Rule | undefined>()
  const add = (dimension: string | null | undefined, rule: Rule) => {
    if (typeof dimension !== 'string') return
    const known = found.get(dimension)
    found.set(dimension, !found.has(dimension) || (known && sameRule(known, rule)) ? rule : undefined)
  }
  const byName = new Map(group.arrays.map((array) => [array.path.slice(array.path.lastIndexOf('/') + 1), array]))
  for (const array of group.arrays) {
    const raster = rasterOf(array, group, byName)
    if (!raster) continue
    const [a, b, c, d, e, f] = raster.affine
    // A raster that is turned has coordinates of two dimensions.
    if (b !== 0 || d !== 0) continue
    const [y, x] = raster.dimensions.slice(-2)
    const shift = raster.isOfEdges ? 0.5 : 0
    add(y, { step: e, origin: f, shift, attributes: {} })
    add(x, { step: a, origin: c, shift, attributes: {} })
  }
  return new Map([...found].filter((entry): entry is [string, Rule] => entry[1] !== undefined))
}

type ByName = ReadonlyMap<string, AnyArray>

function rasterOf(array: AnyArray, group: ZarrGroup, byName: ByName): Raster | undefined {
  const names = array.dimensionNames
  if (!names || names.length < 2) return undefined
  const said = { ...group.attributes, ...array.attributes }
  const affine = sixNumbers(said['spatial:transform'])
  if (affine) {
    const dimensions = namesOf(said['spatial:dimensions']) ?? names
    return { affine, isOfEdges: said['spatial:registration'] !== 'node', dimensions }
  }
  const geo = sixNumbers(mappingOf(array, byName)?.GeoTransform)
  if (!geo) return undefined
  const [c, a, b, f, d, e] = geo
  return { affine: [a, b, c, d, e, f], isOfEdges: true, dimensions: names }
}

/** The attributes of the array that `grid_mapping` names; of the long form, the first. */
function mappingOf({ attributes: { grid_mapping } }: AnyArray, byName: ByName): JsonObject | undefined {
  const name = typeof grid_mapping === 'string' ? grid_mapping.trim().split(/:?\s+/)[0] : undefined
  return name === undefined ? undefined : byName.get(name)?.attributes
}

/** A list, or GDAL's text of numbers with spaces between. */
function sixNumbers(value: Json | undefined): Affine | undefined {
  const items = typeof value === 'string' ? value.trim().split(/[\s,]+/) : isArray(value) ? value : []
  const numbers = items.map((item) => (typeof item === 'string' && item === '' ? Number.NaN : Number(item)))
  return numbers.length === 6 && numbers.every(Number.isFinite) ? (numbers as unknown as Affine) : undefined
}

function namesOf(value: Json | undefined): string[] | undefined {
  return isArray(value) && value.every((name) => typeof name === 'string') ? [...value] : undefined
}
