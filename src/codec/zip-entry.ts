/** What the entries of zip archives need: raw DEFLATE and CRC-32, over ordinary memory. Called by source/zarr/store/zip.ts. */
import * as zlib from 'node:zlib'
import { machines } from '../kernel/machine-pool.js'
import { damaged } from './damage.js'
import { inflate } from './inflate.js'

/** DEFLATE makes of a byte no more: four matches of 258 bytes. */
const mostOfByte = 1032

/** Exactly `length` bytes, or an error. */
export function inflateEntry(packed: Uint8Array, length: number): Uint8Array {
  // A damaged directory may tell of any length: room is made only for what there can be.
  if (length > mostOfByte * packed.length) throw damaged('zip', `${packed.length} bytes cannot hold ${length}`)
  const { machine, release } = machines.borrow(2 ** 32)
  try {
    const source = { address: machine.allocate(packed.length), length: packed.length }
    const out = { address: machine.allocate(length), length }
    machine.bytes.set(packed, source.address)
    const found = inflate('zip', 'blocks', source, out, machine)
    if (found !== length) throw damaged('zip', `an entry of ${length} bytes has ${found}`)
    return machine.bytes.slice(out.address, out.address + length)
  } finally {
    release()
  }
}

export function verifyEntry(bytes: Uint8Array, expected: number): void {
  const found = crc32(bytes)
  if (found !== expected)
    throw damaged('zip', `the checksum is ${found.toString(16)}, expected ${expected.toString(16)}`)
}

/** Node has it from 20.15 on; its types do not tell. */
const crc32 = (zlib as { crc32?: (bytes: Uint8Array) => number }).crc32 ?? crc32ByTable

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function crc32ByTable(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] as number)
  return (value ^ 0xffffffff) >>> 0
}
