/** The codecs that add a checksum of four bytes: crc32c of Zarr v3 and numcodecs; crc32, adler32, fletcher32 of numcodecs. */

import type { KernelExports } from '../kernel/machine.js'
import { jsonText } from '../model/json-text.js'
import type { CodecKind, Span } from './codec.js'
import { damaged } from './damage.js'

type Location = 'start' | 'end'

const checksumBytes = 4

/** The configuration of some has a `location`; its default differs. */
function checksum(name: 'adler32' | 'crc32' | 'crc32c' | 'fletcher32', usual: Location): CodecKind {
  return {
    open({ location = usual }) {
      if (location !== 'end' && location !== 'start') {
        throw damaged(name, `location is ${jsonText(location)}, expected "start" or "end"`)
      }
      return {
        kind: 'check',
        name,
        encodedLength: (length) => length + checksumBytes,
        verify(source, { kernel, view }) {
          const { content, checksum } = split(name, source, location)
          verify(name, kernel, content, view.getUint32(checksum, true))
          return content
        },
      }
    },
  }
}

function verify(name: keyof KernelExports & string, kernel: KernelExports, content: Span, stored: number): void {
  const compute = kernel[name] as KernelExports['crc32c']
  const found = compute(content.address, content.length) >>> 0
  if (found !== stored) throw damaged(name, `the checksum is ${hex(found)}, stored is ${hex(stored)}`)
}

function split(name: string, { address, length }: Span, location: Location): { content: Span; checksum: number } {
  if (length < checksumBytes) throw damaged(name, `${length} bytes, the checksum alone has ${checksumBytes}`)
  const rest = length - checksumBytes
  return location === 'end'
    ? { content: { address, length: rest }, checksum: address + rest }
    : { content: { address: address + checksumBytes, length: rest }, checksum: address }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

export const adler32 = checksum('adler32', 'start')
export const crc32 = checksum('crc32', 'start')
export const crc32c = checksum('crc32c', 'end')
export const fletcher32 = checksum('fletcher32', 'end')
