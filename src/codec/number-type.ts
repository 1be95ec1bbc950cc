/** NumPy's types in the configurations of filters, and runs of such numbers in a machine's memory. */

import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import { jsonText } from '../model/json-text.js'
import { type Storage, storageBytes, storageNamed } from '../model/schema.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

export interface NumberType {
  readonly name: string
  /** The kernel's number of it. */
  readonly kernel: number
  readonly size: number
  readonly bigEndian: boolean
}

/** In the order of src/kernel/assembly/numbers.ts. */
const storages: readonly Storage[] = ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f4', 'f8', 'f2', 'bool']
const shortNames: Readonly<Record<string, Storage>> = { b1: 'bool', '?': 'bool' }

/** `<i4`, `|u1`, `int32`. Throws 'store' where it is no type, 'unsupported' where it is none of ours. */
export function numberType(codec: string, what: string, value: unknown): NumberType {
  if (typeof value !== 'string') throw damaged(codec, `${what} is ${jsonText(value)}, expected a type`)
  const [, order = '', name = ''] = /^([<>|=]?)(.+)$/.exec(value) ?? []
  const storage = shortNames[name] ?? storageNamed[name] ?? (name as Storage)
  const kernel = storages.indexOf(storage)
  if (kernel < 0) throw new ChunkQLError('unsupported', `${codec}: numbers of type ${value}`)
  const size = storageBytes[storage]
  return { name: value, kernel, size, bigEndian: order === '>' && size > 1 }
}

/** Where numbers of a type lie little-endian: in place, or a copy with the bytes of each reversed. */
export function littleEndian(type: NumberType, source: Span, machine: Machine): number {
  if (!type.bigEndian) return source.address
  const copy = machine.allocate(source.length)
  machine.bytes.copyWithin(copy, source.address, source.address + source.length)
  machine.kernel.swap(type.size, source.length / type.size, copy)
  return copy
}

/** Puts the bytes of numbers that were just written in the order of their type. */
export function inOrder(type: NumberType, count: number, address: number, machine: Machine): void {
  if (type.bigEndian) machine.kernel.swap(type.size, count, address)
}
