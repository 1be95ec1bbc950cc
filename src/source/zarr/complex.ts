/** Missing values of complex numbers: both parts of them are NULL. Called by fields.ts and chunked.ts. */
import type { Machine } from '../../kernel/machine.js'
import { cellCount } from '../../model/schema.js'
import type { ZarrArray } from './array.js'
import { isArray, type Json } from './json.js'

export type ComplexNumber = readonly [real: number, imaginary: number]

/** Of an array of complex numbers. Throws a plain Error where attributes say what they cannot say of them. */
export function complexMissing({ dataType, fill, fillIsMissing, attributes }: ZarrArray): readonly ComplexNumber[] {
  // xarray loses the imaginary parts of what it scales.
  const scaling = ['scale_factor', 'add_offset'].find((name) => attributes[name] !== undefined)
  if (scaling) throw new Error(`complex numbers with the attribute "${scaling}" are not read`)
  const isDouble = dataType.kind === 'struct' && dataType.bytes === 16
  const own =
    fillIsMissing && fill instanceof Uint8Array ? [partsOf(fill)] : realNumbers('_FillValue', attributes._FillValue)
  const numbers = [...own, ...realNumbers('missing_value', attributes.missing_value)]
  return numbers
    .filter((parts) => !parts.some(Number.isNaN))
    .map(([real, imaginary]) => (isDouble ? [real, imaginary] : [Math.fround(real), Math.fround(imaginary)]))
}

function partsOf({ buffer, byteOffset, byteLength }: Uint8Array): ComplexNumber {
  const view = new DataView(buffer, byteOffset, byteLength)
  return byteLength === 16
    ? [view.getFloat64(0, true), view.getFloat64(8, true)]
    : [view.getFloat32(0, true), view.getFloat32(4, true)]
}

/** JSON has no complex numbers. */
function realNumbers(name: string, value: Json | undefined): ComplexNumber[] {
  const items = isArray(value) ? value : value === undefined || value === null ? [] : [value]
  return items.map((item) => {
    if (typeof item === 'number' || typeof item === 'bigint') return [Number(item), 0]
    throw new Error(`complex numbers with the attribute "${name}" are not read, unless it is a number`)
  })
}

/** Makes NaN of both parts of the missing ones in a decoded chunk; undefined where there are none. */
export function complexMask({ chunk, field }: ZarrArray): ((machine: Machine, out: number) => void) | undefined {
  const { missing = [], whole } = field ?? {}
  if (missing.length === 0 || whole?.dataType.kind !== 'struct') return undefined
  const Floats = whole.dataType.bytes === 16 ? Float64Array : Float32Array
  const count = 2 * cellCount(chunk)
  return ({ memory }, out) => {
    const parts = new Floats(memory.buffer, out, count)
    for (const [real, imaginary] of missing) {
      for (let i = 0; i < count; i += 2) {
        if (parts[i] === real && parts[i + 1] === imaginary) parts.fill(Number.NaN, i, i + 2)
      }
    }
  }
}
