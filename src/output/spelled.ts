/**
 * Values that a format has no type for, as texts: moments of other calendars; in Parquet also INTERVAL, which has neither
 * signs nor microseconds there. Called by arrow.ts and parquet.ts.
 */
import { type TypeKind, VARCHAR } from '../model/type.js'
import { textAt } from '../model/value-text.js'
import type { Vector } from '../model/vector.js'

/** The vector as it is, or as VARCHAR. */
export function spelled(vector: Vector, kinds: readonly TypeKind[] = ['calendar']): Vector {
  const { type, length, valid } = vector
  if (!kinds.includes(type.kind)) return vector
  return { type: VARCHAR, length, values: Array.from({ length }, (_, row) => textAt(vector, row) ?? ''), valid }
}
