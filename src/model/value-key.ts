/** Values as a Map or a Set finds them: those of JavaScript that are no objects as they are, all others by a text. */
import { type Duration, isDuration, keyOfDuration } from './duration.js'
import type { Value } from './type.js'

/** Equal for equal values of one type, as SQL has it: NaN equals NaN, -0 is 0. */
export function keyOfValue(value: Value): Exclude<Value, object> {
  return typeof value === 'object' && value !== null ? textOf(value) : value
}

function textOf(value: Uint8Array | Duration | readonly Value[]): string {
  if (isDuration(value)) return keyOfDuration(value)
  return value instanceof Uint8Array ? value.join() : keyOfTuple(value)
}

/** A text that is the same exactly for equal tuples of the same types: each part with its length. */
export function keyOfTuple(values: readonly Value[]): string {
  let text = ''
  for (const value of values) {
    const part = value === null ? 'null' : typeof value === 'string' ? `'${value}` : partOf(value)
    text += `${part.length}:${part}`
  }
  return text
}

function partOf(value: Exclude<Value, null | string>): string {
  return typeof value === 'object' ? textOf(value) : String(value)
}
