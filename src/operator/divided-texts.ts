/** Texts by number, where groups are divided: each part has its own, numbered anew. Called by `divide.ts` and `merge-parts.ts`. */
import type { Machine } from '../kernel/machine.js'
import type { Utf8 } from '../model/vector.js'
import type { KeyTexts } from './key-texts.js'
import { evenBytes, type Tail } from './tail.js'

/** Where a key has its numbers in records of `width` words. */
export interface NumberedKey {
  readonly key: number
  readonly word: number
  readonly width: number
}

/** Numbers the texts of a key anew in the records of each part, and gives them by part. */
export function textTails(
  machine: Machine,
  texts: KeyTexts,
  { key, word, width }: NumberedKey,
  parts: readonly { readonly count: number; readonly start: number }[],
): Tail[] {
  const mark = machine.mark()
  const groups = parts.reduce((sum, { count }) => sum + count, 0)
  const [marks, listed] = [machine.allocate(texts.count * 4), machine.allocate(groups * 4)]
  machine.bytes.fill(0, marks, marks + texts.count * 4)
  let known = 0
  const counts = parts.map(({ start, count }) => {
    const more = machine.kernel.number_anew(start, width, key, word, count, marks, known, listed + known * 4)
    known += more
    return more
  })
  const packed = texts.packed(new Int32Array(machine.memory.buffer, listed, known).slice())
  machine.release(mark)
  let first = 0
  return counts.map((count) => {
    const offsets = packed.offsets.subarray(first, first + count + 1)
    first += count
    return textTail({ offsets, bytes: packed.bytes })
  })
}

/** How many there are, where each begins and the last ends, and their bytes. */
function textTail({ offsets, bytes }: Utf8): Tail {
  const count = offsets.length - 1
  const start = offsets[0] as number
  const own = bytes.subarray(start, offsets[count])
  return {
    bytes: evenBytes(count + 2) + Math.ceil(own.length / 8) * 8,
    write(part, at) {
      const words = new Int32Array(part, at, count + 2)
      words[0] = count
      for (let i = 0; i <= count; i++) words[1 + i] = (offsets[i] as number) - start
      new Uint8Array(part, at + evenBytes(count + 2)).set(own)
    },
  }
}

/** The texts of a key in the bytes of a part, and where those of the next are. */
export function textsAt(part: ArrayBuffer, at: number): { readonly texts: Utf8; readonly end: number } {
  const [count] = new Int32Array(part, at, 1) as unknown as [number]
  const offsets = new Int32Array(part, at + 4, count + 1)
  const from = at + evenBytes(count + 2)
  const bytes = new Uint8Array(part, from, offsets[count])
  return { texts: { offsets, bytes }, end: from + Math.ceil(bytes.length / 8) * 8 }
}
