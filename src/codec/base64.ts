/** The base64 codec of numcodecs: bytes as text. */
import type { Machine } from '../kernel/machine.js'
import type { CodecKind, Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'

const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const base64: CodecKind = {
  open: () => ({
    kind: 'transform',
    name: 'base64',
    decode(source, out, machine) {
      const decoded = decode(source, machine)
      if (decoded.length > out.length) throw wrongLength('base64', decoded.length, out.length)
      machine.bytes.set(decoded, out.address)
      return decoded.length
    },
    encodedLength: (length) => Math.ceil(length / 3) * 4,
    measure: (source, machine) => decode(source, machine).length,
  }),
}

function decode({ address, length }: Span, { bytes }: Machine): Uint8Array {
  const text = new TextDecoder('latin1').decode(bytes.subarray(address, address + length))
  if (!form.test(text)) throw damaged('base64', `${length} bytes are not base64`)
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
