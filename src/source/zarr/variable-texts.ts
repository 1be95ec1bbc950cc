/** Texts of any length in a chunk, as the codec vlen-utf8 lays them: each different one is kept once, as bytes. Called by chunked.ts. */
import type { Span } from '../../codec/codec.js'
import { nullLength } from '../../codec/texts.js'
import type { Machine } from '../../kernel/machine.js'
import { createVariableTable, type Laid } from '../../kernel/variable-table.js'
import { ChunkQLError } from '../../model/error.js'
import { requireUtf8 } from '../../model/stored-text.js'
import type { Value } from '../../model/type.js'
import { textsIn } from '../../model/vector.js'
import type { KeptTexts } from '../source.js'

const encoder = new TextEncoder()

/** Writes the number of each cell's text to `out`. `missing`: texts that stand for NULL; `hasNull`: the codec has a null beside texts. */
export function readTexts(
  { address, length }: Span,
  machine: Machine,
  out: number,
  cells: number,
  { missing, hasNull }: { readonly missing: readonly string[]; readonly hasNull: boolean },
): KeptTexts {
  const count = length >= 4 ? machine.view.getUint32(address, true) : -1
  if (count !== cells) throw damaged(`a count of ${count}, expected ${cells} texts`)
  const pairs = pairsOf({ address, length }, machine, cells, hasNull)
  const table = createVariableTable(machine, false)
  table.find(pairs, cells, out)
  const laid = table.lay(undefined)
  if (!laid.isAscii) requireUtf8(laid)
  const nulls = missing.flatMap((text) => numberIn(laid, encoder.encode(text)) ?? [])
  return hasNull ? withNull(laid, nulls, new Int32Array(machine.memory.buffer, out, cells)) : { utf8: laid, nulls }
}

/** Where each text lies: pairs of address and length. */
function pairsOf({ address, length }: Span, machine: Machine, cells: number, hasNull: boolean): number {
  const pairs = machine.allocate(cells * 8)
  const end = address + length
  const whole = machine.kernel.pairs_of(address + 4, end, cells, Number(hasNull), pairs)
  if (whole < cells) throw damaged(`an end inside of value ${whole} of ${cells}`)
  const last = pairs + (cells - 1) * 8
  const [start, size] = [machine.view.getUint32(last, true), machine.view.getUint32(last + 4, true)]
  const past = cells === 0 ? address + 4 : start + (hasNull && size === nullLength ? 0 : size)
  if (past !== end) throw damaged(`${end - past} bytes behind its texts`)
  return pairs
}

/** Where the codec's null was found it has a number behind those of the texts. */
function withNull(laid: Laid, nulls: readonly number[], numbers: Int32Array): KeptTexts {
  const number = laid.offsets.length - 1
  if (!numbers.includes(-1)) return { utf8: laid, nulls }
  for (let i = 0; i < numbers.length; i++) if (numbers[i] === -1) numbers[i] = number
  const offsets = new Int32Array(number + 2)
  offsets.set(laid.offsets)
  offsets[number + 1] = offsets[number] as number
  return { utf8: { offsets, bytes: laid.bytes }, nulls: [...nulls, number] }
}

/** Undefined where it is none of them. */
function numberIn({ offsets, bytes }: Laid, text: Uint8Array): number | undefined {
  for (let i = 0; i + 1 < offsets.length; i++) {
    const start = offsets[i] as number
    if ((offsets[i + 1] as number) - start !== text.length) continue
    if (text.every((byte, k) => bytes[start + k] === byte)) return i
  }
  return undefined
}

export function stringsOf({ utf8: laid, nulls }: KeptTexts): Value[] {
  const texts: Value[] = textsIn(laid)
  for (const number of nulls) texts[number] = null
  return texts
}

/** One value in every cell. */
export function sameText(text: string | null): KeptTexts {
  const bytes = encoder.encode(text ?? '')
  return { utf8: { offsets: Int32Array.of(0, bytes.length), bytes }, nulls: text === null ? [0] : [] }
}

function damaged(what: string): ChunkQLError {
  return new ChunkQLError('store', `the chunk has ${what}`)
}
