/** The filters of numcodecs that only change the type: astype, and quantize, whose rounding cannot be undone. */

import { ChunkQLError } from '../model/error.js'
import { type Convert, decodedAndEncoded, type NumberTypes, numberFilter } from './number-filter.js'
import { numberType } from './number-type.js'

export const astype = numberFilter(
  'astype',
  ({ encode_dtype, decode_dtype }) => ({
    from: numberType('astype', 'encode_dtype', encode_dtype),
    to: numberType('astype', 'decode_dtype', decode_dtype),
  }),
  convert,
)

export const quantize = numberFilter('quantize', decodedAndEncoded('quantize'), convert)

function convert({ from, to }: NumberTypes): Convert | null {
  if (from.kernel === to.kernel && from.bigEndian === to.bigEndian) return null
  // Half floats are read only.
  if (/f2|float16/.test(to.name)) throw new ChunkQLError('unsupported', `astype: ${from.name} to ${to.name}`)
  return (count, source, out, { kernel }) => kernel.convert_numbers(from.kernel, to.kernel, count, source, out)
}
