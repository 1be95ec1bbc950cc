/** The filters of xz and of raw LZMA streams: deltas of bytes, then one compressor. Those of machine code are refused. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

export type LzmaFilter =
  | { readonly kind: 'lzma1'; readonly properties: number }
  | { readonly kind: 'lzma2' }
  | { readonly kind: 'delta'; readonly distance: number }

const lzma1Id = 0x4000000000000001n
const machineCode: Readonly<Record<string, string>> = {
  4: 'x86',
  5: 'PowerPC',
  6: 'IA-64',
  7: 'ARM',
  8: 'ARM Thumb',
  9: 'SPARC',
}

/** The filters of a configuration, as Python names them. */
export function rawFilters(filters: unknown): LzmaFilter[] {
  if (!Array.isArray(filters) || filters.length === 0) throw damaged('lzma', 'a raw stream needs its filters')
  const found = filters.map((filter) => rawFilter(filter as Readonly<Record<string, unknown>>))
  return checkOrder(found)
}

function rawFilter(filter: Readonly<Record<string, unknown>>): LzmaFilter {
  const { id, dist = 1, lc = 3, lp = 0, pb = 2 } = filter
  if (typeof id !== 'number' && typeof id !== 'bigint') throw damaged('lzma', 'a filter has no id')
  // A number that JSON rounded is no less the only one of its size.
  if (BigInt(id) === lzma1Id || Number(id) === Number(lzma1Id)) {
    return { kind: 'lzma1', properties: Number(lc) + 9 * Number(lp) + 45 * Number(pb) }
  }
  return filterOf(Number(id), Number(dist))
}

/** By the numbers of the xz format. */
export function filterOf(id: number, distance: number): LzmaFilter {
  if (id === 0x21) return { kind: 'lzma2' }
  if (id === 3) {
    if (distance >= 1 && distance <= 256) return { kind: 'delta', distance }
    throw damaged('lzma', `a delta of distance ${distance}, expected 1 to 256`)
  }
  const name = machineCode[String(id)]
  if (name) throw new ChunkQLError('unsupported', `lzma: the filter for machine code of ${name}`)
  throw damaged('lzma', `a filter with the id ${id}`)
}

/** The compressor is the last, and only the last. */
export function checkOrder(filters: LzmaFilter[]): LzmaFilter[] {
  const compressors = filters.filter(({ kind }) => kind !== 'delta')
  if (compressors.length !== 1 || filters.at(-1)?.kind === 'delta') {
    throw damaged(
      'lzma',
      `the filters are ${filters.map(({ kind }) => kind).join(', ')}, expected one compressor, last`,
    )
  }
  return filters
}

/** Each byte is the sum of what is stored and of the byte `distance` before. In place. */
export function undoDeltas(filters: readonly LzmaFilter[], { address, length }: Span, machine: Machine): void {
  const bytes = machine.bytes.subarray(address, address + length)
  for (const filter of filters.toReversed()) {
    if (filter.kind !== 'delta') continue
    const { distance } = filter
    for (let i = distance; i < length; i++) bytes[i] = (bytes[i] as number) + (bytes[i - distance] as number)
  }
}
