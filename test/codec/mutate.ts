/** Damage to encoded bytes, the same in every run of a seed. For the tests that give mutated chunks to decoders. */

/** Numerical Recipes' generator: the same damage in every run. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** One to four bytes changed, a stretch removed, doubled or set, or the end cut. */
export function damage(encoded: Uint8Array, random: (below: number) => number): Uint8Array {
  const length = encoded.length
  const at = random(length)
  const span = 1 + random(Math.min(16, length - at))
  const before = encoded.subarray(0, at)
  const after = encoded.subarray(at + span)
  switch (random(6)) {
    case 0:
      return Buffer.concat([before, after])
    case 1:
      return Buffer.concat([before, encoded.subarray(at, at + span), encoded.subarray(at)])
    case 2:
      return Buffer.concat([before, Buffer.alloc(span, random(2) === 0 ? 0xff : 0), after])
    case 3:
      return Buffer.from(before)
    default:
      return flip(encoded, 1 + random(4), random)
  }
}

function flip(encoded: Uint8Array, count: number, random: (below: number) => number): Uint8Array {
  const copy = Uint8Array.from(encoded)
  // Headers decide most: half of the changes go to the first bytes.
  for (let i = 0; i < count; i++) copy[random(random(2) === 0 ? Math.min(32, copy.length) : copy.length)] = random(256)
  return copy
}
