/** The lzma codec of numcodecs: xz, the older `.lzma` (alone), or filters without any header (raw). */

import type { Machine } from '../kernel/machine.js'
import { jsonText } from '../model/json-text.js'
import type { Codec, CodecKind, Span } from './codec.js'
import { damaged } from './damage.js'
import { type LzmaFilter, rawFilters, undoDeltas } from './lzma-filters.js'
import { decodeLzma1, decodeLzma2, lzmaFailure } from './lzma-stream.js'
import { lengthByTrying, overlong } from './measure.js'
import { decodeXz } from './xz.js'

/** Length of the decoded bytes, or the kernel's error. */
type Decoder = (source: Span, out: Span, machine: Machine) => number

/** By Python's numbers. */
const formats = ['auto', 'xz', 'alone', 'raw'] as const

export const lzma: CodecKind = {
  open({ format = 1, filters }) {
    const name = formats[Number(format)]
    if (name === undefined) throw damaged('lzma', `format is ${jsonText(format)}, expected 0, 1, 2 or 3`)
    if (name === 'raw') return codec(rawDecoder(rawFilters(filters)))
    return codec(name === 'auto' ? decodeAuto : name === 'xz' ? decodeXz : decodeAlone)
  },
}

function codec(decode: Decoder): Codec {
  return {
    kind: 'transform',
    name: 'lzma',
    isSlow: true,
    decode: (source, out, machine) => checked(decode(source, out, machine), source.length, out.length),
    measure: (source, machine) =>
      checked(
        lengthByTrying(source, machine, (out) => decode(source, out, machine)),
        source.length,
      ),
  }
}

function checked(length: number, encoded: number, expected?: number): number {
  if (length >= 0) return length
  if (length === overlong) throw damaged('lzma', `decodes to more than ${expected} bytes, as were expected`)
  throw lzmaFailure(length, encoded)
}

const aloneHeader = 13

/** Properties, size of the dictionary, decoded length (all ones: a marker ends it), then LZMA. */
function decodeAlone(source: Span, out: Span, machine: Machine): number {
  if (source.length < aloneHeader) throw damaged('lzma', `${source.length} bytes, a header has ${aloneHeader}`)
  const properties = machine.view.getUint8(source.address)
  const told = machine.view.getBigInt64(source.address + 5, true)
  if (told > BigInt(out.length)) return overlong
  const stream = { address: source.address + aloneHeader, length: source.length - aloneHeader }
  return decodeLzma1(stream, out, machine, properties, Number(told))
}

function decodeAuto(source: Span, out: Span, machine: Machine): number {
  const isXz = source.length > 0 && machine.bytes[source.address] === 0xfd
  return (isXz ? decodeXz : decodeAlone)(source, out, machine)
}

function rawDecoder(filters: readonly LzmaFilter[]): Decoder {
  return (source, out, machine) => {
    const last = filters.at(-1)
    if (last?.kind === 'lzma1') {
      const length = decodeLzma1(source, out, machine, last.properties, -1)
      if (length > 0) undoDeltas(filters, { address: out.address, length }, machine)
      return length
    }
    const { length, used } = decodeLzma2(source, out, machine)
    if (length >= 0 && used !== source.length) {
      throw damaged('lzma', `${source.length - used} bytes follow the end of the stream`)
    }
    if (length > 0) undoDeltas(filters, { address: out.address, length }, machine)
    return length
  }
}
