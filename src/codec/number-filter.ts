/** The shape of filters that make each number of another, all of one type to all of another: delta, astype and their like. */
import type { Machine } from '../kernel/machine.js'
import type { CodecKind, TransformCodec } from './codec.js'
import { damaged, wrongLength } from './damage.js'
import { inOrder, littleEndian, type NumberType, numberType } from './number-type.js'

type Configuration = Readonly<Record<string, unknown>>

export interface NumberTypes {
  /** Of the encoded numbers. */
  readonly from: NumberType
  /** Of the decoded ones. */
  readonly to: NumberType
}

/** Writes `count` numbers at `out` of those at `source`, both little-endian. */
export type Convert = (count: number, source: number, out: number, machine: Machine) => void

/** `open` checks the configuration; null where nothing is to be done. */
export function numberFilter(
  name: string,
  typesOf: (configuration: Configuration) => NumberTypes,
  open: (types: NumberTypes, configuration: Configuration) => Convert | null,
): CodecKind {
  return {
    open(configuration) {
      const types = typesOf(configuration)
      const convert = open(types, configuration)
      return convert && filter(name, types, convert)
    },
    encodedElement: (configuration) => typesOf(configuration).from.size,
  }
}

function filter(name: string, { from, to }: NumberTypes, convert: Convert): TransformCodec {
  return {
    kind: 'transform',
    name,
    decode(source, out, machine) {
      const count = source.length / from.size
      if (!Number.isInteger(count)) {
        throw damaged(name, `${source.length} bytes are no whole number of elements of ${from.size}`)
      }
      if (count * to.size > out.length) throw wrongLength(name, count * to.size, out.length)
      const mark = machine.mark()
      const address = littleEndian(from, source, machine)
      convert(count, address, out.address, machine)
      machine.release(mark)
      inOrder(to, count, out.address, machine)
      return count * to.size
    },
    encodedLength: (length) => (length / to.size) * from.size,
    measure: (source) => Math.ceil(source.length / from.size) * to.size,
  }
}

/** `dtype` is the decoded type, `astype` the encoded one, by default the same. */
export function decodedAndEncoded(name: string): (configuration: Configuration) => NumberTypes {
  return ({ dtype, astype }) => {
    const to = numberType(name, 'dtype', dtype)
    return { to, from: astype === undefined || astype === null ? to : numberType(name, 'astype', astype) }
  }
}
