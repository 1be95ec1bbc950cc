/** Attributes of columns: their values as text, and which still hold when the column has been decoded. Called by SHOW ATTRIBUTES and for the header of results. */
import type { Column } from './schema.js'
import { isMoment } from './type.js'

export type Attributes = Readonly<Record<string, unknown>>

/** Text as it is; all else as JSON with integers of any length, NaN and infinities, as Python writes it. */
export function attributeText(value: unknown): string {
  return typeof value === 'string' ? value : jsonText(value)
}

function jsonText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item)}`)
    .join(', ')}}`
}

/**
 * What a result says of a column: not how it was stored. A reader who found scale_factor there would scale again.
 */
export function attributesOfValues({ attributes, layout, nullable, type }: Column): Attributes {
  const told = new Set(['_ARRAY_DIMENSIONS', '_nczarr_array', '_NCZARR_ARRAY'])
  const say = (...names: string[]) => {
    for (const name of names) told.add(name)
  }
  const isUnpacked = layout !== undefined && layout.unpack.kind !== 'none'
  if (isUnpacked) say('scale_factor', 'add_offset')
  if (isUnpacked || layout?.validRange) say('valid_min', 'valid_max', 'valid_range')
  if (nullable || layout?.missing.length) say('_FillValue', 'missing_value')
  if (isMoment(type)) say('units', 'calendar')
  if (type.kind.startsWith('uint')) say('_Unsigned')
  if (type.kind === 'boolean') say('dtype')
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !told.has(name)))
}

/**
 * The flags that CF's attributes describe, as functions of flags take them: `good=0 bad=1`, with masks `cloud=2/2`.
 * undefined where there are none, or where their numbers and meanings do not agree.
 */
export function flagsOf({ flag_values, flag_masks, flag_meanings }: Attributes): string | undefined {
  if (typeof flag_meanings !== 'string') return undefined
  const names = flag_meanings.split(/[\s,]+/).filter(Boolean)
  const masks = wholeNumbers(flag_masks)
  const values = wholeNumbers(flag_values) ?? masks
  if (values?.length !== names.length || (masks && masks.length !== names.length)) return undefined
  return names.map((name, i) => `${name}=${values[i]}${masks ? `/${masks[i]}` : ''}`).join(' ')
}

/** A list, one number, or a text of numbers such as `0b, 1b`. */
function wholeNumbers(value: unknown): string[] | undefined {
  if (value === undefined) return undefined
  const items =
    typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : Array.isArray(value) ? value : [value]
  const numbers = items.map((item) => /^-?\d+/.exec(String(item))?.[0])
  return numbers.every((number) => number !== undefined) ? numbers : undefined
}
