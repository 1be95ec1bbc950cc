/** The crc32c codec: four bytes of checksum after the bytes, or before them where `location` says so. */
import type { CodecKind, Span } from './codec.js'
import { damaged } from './damage.js'

const checksumBytes = 4

export const crc32c: CodecKind = {
  open({ location = 'end' }) {
    if (location !== 'end' && location !== 'start') {
      throw damaged('crc32c', `location is ${JSON.stringify(location)}, expected "start" or "end"`)
    }
    return {
      kind: 'check',
      name: 'crc32c',
      encodedLength: (length) => length + checksumBytes,
      verify(source, machine) {
        const { content, checksum } = split(source, location)
        const stored = machine.view.getUint32(checksum, true)
        const found = machine.kernel.crc32c(content.address, content.length) >>> 0
        if (found !== stored) throw damaged('crc32c', `the checksum is ${hex(found)}, stored is ${hex(stored)}`)
        return content
      },
    }
  },
}

function split({ address, length }: Span, location: 'start' | 'end'): { content: Span; checksum: number } {
  if (length < checksumBytes) throw damaged('crc32c', `${length} bytes, the checksum alone has ${checksumBytes}`)
  const rest = length - checksumBytes
  return location === 'end'
    ? { content: { address, length: rest }, checksum: address + rest }
    : { content: { address: address + checksumBytes, length: rest }, checksum: address }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
