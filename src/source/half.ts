/** Floats of 16 bits, which JavaScript does not have on Node 20. Called by unpack.ts and by sources; `compile/column.ts` does the same as code. */

const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)

/** The float32 of the bits of a half: exact, with the payload of a NaN. */
export function singleOfHalf(half: number): number {
  const magnitude = (half & 0x7fff) << 13
  const finite = (half & 0x7c00) !== 0x7c00
  bits[0] = finite ? magnitude : magnitude | 0x7f800000
  const value = finite ? (float[0] as number) * 2 ** 112 : (float[0] as number)
  return half & 0x8000 ? -value : value
}

/** The bits of the half nearest to a number, halfway cases to the even one. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(value)) return 0x7e00
  if (size >= 65520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | roundedToEven(size * 2 ** 24)
  const exponent = exponentOf(size)
  return sign | (((exponent + 15) << 10) + roundedToEven(size * 2 ** (10 - exponent)) - 1024)
}

function exponentOf(size: number): number {
  let exponent = -14
  while (2 ** (exponent + 1) <= size) exponent++
  return exponent
}

function roundedToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
