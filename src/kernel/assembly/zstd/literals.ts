// The literals of a block: stored, one byte repeated, or Huffman-coded (RFC 8878, 3.1.1.3.1).
import { readTree } from './huffman'
import { CORRUPT, TRUNCATED } from './status'
import { decodeFour, decodeOne } from './streams'

export let literals: usize = 0
export let literalsLength: usize = 0
/** A block may use the tree of the one before. */
let hasTree = false

/** At most so many bytes come out of a block, and so many literals go into one. */
export const blockMost: usize = 1 << 17
/** Bytes behind the literals that may be read. */
const slack: usize = 32

export function forgetTree(): void {
  hasTree = false
}

/** Sets `literals`; returns how many bytes of the block they took. `scratch` holds blockMost + 32 bytes. */
export function readLiterals(source: usize, end: usize, scratch: usize): i32 {
  if (source >= end) return TRUNCATED
  const head = <u32>load<u8>(source)
  return (head & 3) < 2 ? readPlain(source, end, scratch, head) : readCoded(source, end, scratch, head)
}

function readPlain(source: usize, end: usize, scratch: usize, head: u32): i32 {
  const format = (head >> 2) & 3
  const headBytes: usize = format == 1 ? 2 : format == 3 ? 3 : 1
  if (end - source < headBytes) return TRUNCATED
  const length = <usize>(headBytes == 1 ? head >> 3 : headBytes == 2 ? <u32>load<u16>(source) >> 4 : load24(source) >> 4)
  const isRepeated = (head & 3) == 1
  const bytes: usize = isRepeated ? 1 : length
  const content = source + headBytes
  if (length > blockMost) return CORRUPT
  if (end - content < bytes) return TRUNCATED
  literalsLength = length
  literals = scratch
  if (isRepeated) memory.fill(scratch, load<u8>(content), length)
  // They are used where they lie, if reading behind them stays inside the block.
  else if (end - content >= length + slack) literals = content
  else memory.copy(scratch, content, length)
  return <i32>(headBytes + bytes)
}

function readCoded(source: usize, end: usize, scratch: usize, head: u32): i32 {
  const format = (head >> 2) & 3
  const headBytes: usize = format < 2 ? 3 : format == 2 ? 4 : 5
  if (end - source < headBytes) return TRUNCATED
  const width: u32 = format < 2 ? 10 : format == 2 ? 14 : 18
  const sizes = (<u64>load24(source) | (<u64>loadByte(source + 3, end) << 24) | (<u64>loadByte(source + 4, end) << 32)) >> 4
  const mask = (<u64>1 << width) - 1
  const length = <usize>(sizes & mask)
  const bytes = <usize>((sizes >> width) & mask)
  let content = source + headBytes
  if (length > blockMost) return CORRUPT
  if (end - content < bytes) return TRUNCATED
  const contentEnd = content + bytes
  if ((head & 3) == 2) {
    const tree = readTree(content, contentEnd)
    hasTree = tree >= 0
    if (tree < 0) return tree
    content += tree
  } else if (!hasTree) {
    return CORRUPT
  }
  literals = scratch
  literalsLength = length
  const status =
    format == 0 ? decodeOne(content, contentEnd, scratch, length) : decodeFour(content, contentEnd, scratch, length)
  return status < 0 ? status : <i32>(headBytes + bytes)
}

// @ts-ignore: decorator
@inline
function load24(at: usize): u32 {
  return <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16)
}

// @ts-ignore: decorator
@inline
function loadByte(at: usize, end: usize): u32 {
  return at < end ? <u32>load<u8>(at) : 0
}
