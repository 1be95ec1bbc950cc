/** The fixedscaleoffset filter of numcodecs: (x - offset) * scale, rounded to another type. */

import { ChunkQLError } from '../model/error.js'
import { jsonText } from '../model/json-text.js'
import { damaged } from './damage.js'
import { decodedAndEncoded, numberFilter } from './number-filter.js'

const name = 'fixedscaleoffset'

export const fixedScaleOffset = numberFilter(name, decodedAndEncoded(name), ({ from, to }, { scale, offset }) => {
  const factor = number('scale', scale)
  const addend = number('offset', offset)
  if (/f2|float16/.test(from.name + to.name)) {
    throw new ChunkQLError('unsupported', `${name}: ${from.name} to ${to.name}`)
  }
  return (count, source, out, { kernel }) =>
    kernel.rescale_numbers(from.kernel, to.kernel, count, source, out, factor, addend)
})

function number(what: string, value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  throw damaged(name, `${what} is ${jsonText(value)}, expected a number`)
}
