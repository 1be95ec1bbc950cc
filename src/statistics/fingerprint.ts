/** Fingerprints of many chunks of one column, in the order of the chunk grid. Called by what keeps something of chunks. */
import { type Fingerprints, isKnown, noFingerprints, sameFingerprint } from '../model/fingerprint.js'
import type { ChunkedColumn, FetchOptions } from '../source/source.js'

/** Chunks that are asked for at once: between them others have their turn. */
const atOnce = 4096

/** One for each chunk of a grid of chunks, in C order; unknown where the source has none. `counts`: chunks along each own dim. */
export async function gridFingerprints(
  column: ChunkedColumn,
  counts: readonly number[],
  options?: FetchOptions,
): Promise<Fingerprints> {
  const total = counts.reduce((product, count) => product * count, 1)
  const all = noFingerprints(total)
  if (!column.fingerprints) return all
  for (let first = 0; first < total; first += atOnce) {
    options?.signal?.throwIfAborted()
    const count = Math.min(atOnce, total - first)
    const chunks = Array.from({ length: count }, (_, i) => indexOf(first + i, counts))
    all.set(await column.fingerprints(chunks, options), 2 * first)
    await turn()
  }
  return all
}

function indexOf(number: number, counts: readonly number[]): number[] {
  const index = new Array<number>(counts.length)
  let rest = number
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    index[axis] = rest % (counts[axis] as number)
    rest = Math.floor(rest / (counts[axis] as number))
  }
  return index
}

function turn(): Promise<void> {
  return new Promise((resume) => {
    setTimeout(resume)
  })
}

/** Which of the chunks that something was kept of still are what they were: 1 where so. Both are of equal length. */
export function unchanged(kept: Fingerprints, now: Fingerprints): Uint8Array {
  return Uint8Array.from({ length: now.length / 2 }, (_, i) => Number(sameFingerprint(kept, i, now, i)))
}

/** Before and after a chunk was read: one that changed meanwhile has none, nor has one that was too young. */
export function settled(before: Fingerprints, after: Fingerprints): Fingerprints {
  const found = noFingerprints(before.length / 2)
  for (let i = 0; 2 * i < before.length; i++) {
    if (sameFingerprint(before, i, after, i)) found.set(before.subarray(2 * i, 2 * i + 2), 2 * i)
  }
  return found
}

export function allKnown(fingerprints: Fingerprints): boolean {
  for (let i = 0; 2 * i < fingerprints.length; i++) if (!isKnown(fingerprints, i)) return false
  return true
}
