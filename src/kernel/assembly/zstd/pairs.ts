// Huffman codes two at a time: short ones share the bits of one step. Made of the tables of huffman.ts where that pays.
import { lengths, mostBits, symbols } from './huffman'

/** For the next 11 bits, in one word: u8 bits of one or two codes, their symbols, u8 how many they are. */
export const pairs = memory.data(2048 * 4, 16)

export function buildPairs(): void {
  for (let code: u32 = 0; code < 2048; code++) {
    const length = <u32>load<u8>(code, lengths)
    const rest = (code << length) & 2047
    const both = length + load<u8>(rest, lengths)
    const symbol = <u32>load<u8>(code, symbols)
    const entry = both <= mostBits ? both | (<u32>load<u8>(rest, symbols) << 16) | (2 << 24) : length | (1 << 24)
    store<u32>(pairs + (code << 2), entry | (symbol << 8))
  }
}
