/** Coordinates that no array holds: they follow from a scale and an offset. Made by ome.ts and affine.ts, read by open.ts. */
import { FLOAT64 } from '../../model/type.js'
import type { Vector } from '../../model/vector.js'
import type { JsonObject } from './json.js'

/** The value at index i of an axis is (i + shift) * step + origin. */
export interface Rule {
  readonly step: number
  readonly origin: number
  /** Half a step where the origin is the edge of the first cell. */
  readonly shift: 0 | 0.5
  /** Of the column: what is known of its units. */
  readonly attributes: JsonObject
}

export function sameRule(a: Rule, b: Rule): boolean {
  return a.step === b.step && a.origin === b.origin && a.shift === b.shift
}

/** DOUBLE values at the indexes [start, end). */
export function ruledValues({ step, origin, shift }: Rule, start: number, end: number): Vector {
  const values = Float64Array.from({ length: end - start }, (_, i) => (start + i + shift) * step + origin)
  return { type: FLOAT64, length: values.length, values }
}
