/** Texts of a fixed size end to end, as UTF-8. Called by `key-columns.ts` and `text-table.ts`. */
import type { Machine } from '../kernel/machine.js'
import { decoderOf, requireUtf8, type TextEncoding } from '../model/stored-text.js'
import type { Utf8 } from '../model/vector.js'

/** Texts of `words` words, padded with zeros, `step` bytes from one to the next. */
export interface FixedTexts {
  readonly texts: number
  readonly step: number
  readonly words: number
  readonly encoding: TextEncoding
}

/** Throws where one is no text. */
export function packTexts(machine: Machine, from: FixedTexts, count: number): Utf8 {
  const { texts, step, words, encoding } = from
  const mark = machine.mark()
  const [offsetsAt, bytesAt] = [machine.allocate((count + 1) * 4), machine.allocate(count * words * 8)]
  const found = machine.kernel.pack_texts(texts, step, words, Number(encoding === 'utf32'), count, offsetsAt, bytesAt)
  if (found < 0) refuse(machine, from, count)
  const offsets = new Int32Array(machine.memory.buffer, offsetsAt, count + 1).slice()
  const bytes = machine.bytes.slice(bytesAt, bytesAt + (offsets[count] as number))
  machine.release(mark)
  if (found === 0 && encoding === 'bytes') requireUtf8({ offsets, bytes })
  return { offsets, bytes }
}

/** Throws what is wrong with the first that is no text. */
function refuse({ bytes }: Machine, { texts, step, words, encoding }: FixedTexts, count: number): void {
  const decode = decoderOf(encoding)
  for (let i = 0, at = texts; i < count; i++, at += step) decode(bytes.subarray(at, at + words * 8))
}
