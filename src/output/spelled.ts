/** Moments of calendars that other programs have no type for, as texts. Called by arrow.ts and parquet.ts. */
import { VARCHAR } from '../model/type.js'
import { textAt } from '../model/value-text.js'
import type { Vector } from '../model/vector.js'

/** The vector as it is, or as VARCHAR. */
export function spelled(vector: Vector): Vector {
  const { type, length, valid } = vector
  if (type.kind !== 'calendar') return vector
  return { type: VARCHAR, length, values: Array.from({ length }, (_, row) => textAt(vector, row) ?? ''), valid }
}
