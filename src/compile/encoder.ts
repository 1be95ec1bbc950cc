/** A growing row of bytes, with the number formats of WebAssembly. Called by `assemble.ts`. */

export interface Encoder {
  byte(value: number): void
  bytes(values: ArrayLike<number>): void
  /** LEB128. */
  unsigned(value: number): void
  signed(value: number): void
  signed64(value: bigint): void
  float32(value: number): void
  float64(value: number): void
  /** The length in bytes, then what is written meanwhile. */
  sized(write: (inner: Encoder) => void): void
  name(text: string): void
  finish(): Uint8Array<ArrayBuffer>
}

const scratch = new DataView(new ArrayBuffer(8))

export function createEncoder(capacity = 1024): Encoder {
  let buffer = new Uint8Array(capacity)
  let length = 0
  const reserve = (count: number) => {
    if (length + count <= buffer.length) return
    const larger = new Uint8Array(2 * (length + count))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  const byte = (value: number) => {
    reserve(1)
    buffer[length++] = value
  }
  const bytes = (values: ArrayLike<number>) => {
    reserve(values.length)
    buffer.set(values, length)
    length += values.length
  }
  const unsigned = (value: number) => {
    for (; value >= 0x80; value = Math.floor(value / 128)) byte((value & 0x7f) | 0x80)
    byte(value)
  }
  /** Ends where the rest is only the sign, and the last byte shows it. */
  const signed = (value: number) => {
    for (; value < -64 || value > 63; value >>= 7) byte((value & 0x7f) | 0x80)
    byte(value & 0x7f)
  }
  const signed64 = (value: bigint) => {
    for (; value < -64n || value > 63n; value >>= 7n) byte(Number(value & 0x7fn) | 0x80)
    byte(Number(value & 0x7fn))
  }
  const scratchBytes = (count: number) => bytes(new Uint8Array(scratch.buffer, 0, count))
  const finish = () => buffer.slice(0, length)
  const sized = (write: (inner: Encoder) => void) => {
    const inner = createEncoder()
    write(inner)
    const content = inner.finish()
    unsigned(content.length)
    bytes(content)
  }
  return {
    byte,
    bytes,
    unsigned,
    signed,
    signed64,
    float32: (value) => {
      scratch.setFloat32(0, value, true)
      scratchBytes(4)
    },
    float64: (value) => {
      scratch.setFloat64(0, value, true)
      scratchBytes(8)
    },
    sized,
    name: (text) => {
      unsigned(text.length)
      bytes([...text].map((letter) => letter.charCodeAt(0)))
    },
    finish,
  }
}
