/** The lz4 codec of numcodecs: the decoded length in four bytes, then one LZ4 block. */
import type { Machine } from '../kernel/machine.js'
import type { CodecKind, Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'
import { decodeLz4 } from './lz4-block.js'

const headerBytes = 4

export const lz4: CodecKind = {
  open: () => ({ kind: 'transform', name: 'lz4', decode, measure }),
}

function decode(source: Span, out: Span, machine: Machine): number {
  const length = measure(source, machine)
  if (length > out.length) throw wrongLength('lz4', length, out.length)
  const block = { address: source.address + headerBytes, length: source.length - headerBytes }
  const found = decodeLz4('lz4', block, { address: out.address, length }, machine)
  if (found !== length) throw wrongLength('lz4', found, length)
  return length
}

function measure({ address, length }: Span, machine: Machine): number {
  if (length < headerBytes) throw damaged('lz4', `${length} bytes, a header has ${headerBytes}`)
  return machine.view.getUint32(address, true)
}
