/** The shuffle filter of numcodecs: the first bytes of all elements, then the second bytes, and so on. */
import { jsonText } from '../model/json-text.js'
import type { CodecKind } from './codec.js'
import { damaged, wrongLength } from './damage.js'

export const shuffle: CodecKind = {
  open({ elementsize: size = 4 }) {
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) {
      throw damaged('shuffle', `elementsize is ${jsonText(size)}, expected a positive integer`)
    }
    if (size === 1) return null
    return {
      kind: 'transform',
      name: 'shuffle',
      decode(source, out, machine) {
        if (source.length > out.length) throw wrongLength('shuffle', source.length, out.length)
        machine.kernel.unshuffle(size, source.length, source.address, out.address)
        return source.length
      },
      encodedLength: (length) => length,
      measure: (source) => source.length,
    }
  },
}
