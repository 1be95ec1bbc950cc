/** Images of OME-Zarr (0.1 to 0.5): what the metadata of a group say of the axes of its levels. Called by discover.ts. */
import { isArray, isObject, type Json, type JsonObject } from './json.js'
import type { Rule } from './rule.js'

export interface Level {
  readonly names: readonly string[]
  /** Physical coordinates by axis; undefined where there are only indexes. */
  readonly rules: readonly (Rule | undefined)[]
}

/** The levels of the images in a group, by the path of their array. */
export function imageLevels(group: string, attributes: JsonObject): Map<string, Level> {
  const { multiscales } = isObject(attributes.ome) ? attributes.ome : attributes
  const levels = new Map<string, Level>()
  for (const image of objects(multiscales)) {
    const axes = axesOf(image.axes)
    const outer = transformOf(image.coordinateTransformations, axes.length)
    for (const { path, coordinateTransformations } of objects(image.datasets)) {
      if (typeof path !== 'string') continue
      const inner = transformOf(coordinateTransformations, axes.length)
      const rules = axes.map((axis, i) => ruleOf(axis, [inner[i], outer[i]]))
      levels.set(group === '' ? path : `${group}/${path}`, { names: axes.map(({ name }) => name), rules })
    }
  }
  return levels
}

interface ImageAxis {
  readonly name: string
  readonly type: Json | undefined
  readonly unit: Json | undefined
}

/** Before 0.3 all images had the same five. */
const oldAxes: readonly Json[] = ['t', 'c', 'z', 'y', 'x']

/** In 0.3 an axis was a name, since then it is an object. */
function axesOf(value: Json | undefined): ImageAxis[] {
  return (isArray(value) ? value : oldAxes).map((axis, i) => {
    if (typeof axis === 'string') return { name: axis, type: undefined, unit: undefined }
    const { name, type, unit } = isObject(axis) ? axis : {}
    return { name: typeof name === 'string' ? name : `dim_${i}`, type, unit }
  })
}

interface Transform {
  readonly scale: number
  readonly translation: number
}

/** By axis. undefined where nothing is said, or not as numbers here. */
function transformOf(value: Json | undefined, rank: number): (Transform | undefined)[] {
  const transforms = new Array<Transform | undefined>(rank).fill(undefined)
  for (const { type, scale, translation } of objects(value)) {
    const numbers = numbersOf(type === 'scale' ? scale : type === 'translation' ? translation : undefined)
    if (numbers?.length !== rank) continue
    for (const [axis, number] of numbers.entries()) {
      const before = transforms[axis] ?? { scale: 1, translation: 0 }
      transforms[axis] =
        type === 'scale'
          ? { scale: before.scale * number, translation: before.translation * number }
          : { ...before, translation: before.translation + number }
    }
  }
  return transforms
}

/** Channels are counted, whatever their scale is said to be. */
function ruleOf({ type, unit }: ImageAxis, transforms: readonly (Transform | undefined)[]): Rule | undefined {
  if (type === 'channel' || transforms.every((transform) => transform === undefined)) return undefined
  let [step, origin] = [1, 0]
  for (const transform of transforms) {
    if (!transform) continue
    step *= transform.scale
    origin = origin * transform.scale + transform.translation
  }
  return { step, origin, shift: 0, attributes: typeof unit === 'string' ? { units: unit } : {} }
}

function objects(value: Json | undefined): JsonObject[] {
  return isArray(value) ? value.filter(isObject) : []
}

function numbersOf(value: Json | undefined): number[] | undefined {
  return isArray(value) && value.every((item) => typeof item === 'number') ? [...value] : undefined
}
