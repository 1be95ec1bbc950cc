/**
 * Texts as the vlen-utf8 codec lays them: a count, then for each its length in bytes and the bytes. For codecs that make
 * text, and of which some have a null: then `nullLength` stands in place of a length.
 */
import type { Machine } from '../kernel/machine.js'
import type { Span, TransformCodec } from './codec.js'
import { damaged, wrongLength } from './damage.js'

export const nullLength = 0xffffffff

/** A codec that makes texts of all its bytes at once. */
export function textCodec(
  name: string,
  textsOf: (source: Span, machine: Machine) => readonly (string | null)[],
): TransformCodec {
  return {
    kind: 'transform',
    name,
    decode(source, out, machine) {
      const laid = layTexts(textsOf(source, machine))
      if (laid.length > out.length) throw wrongLength(name, laid.length, out.length)
      machine.bytes.set(laid, out.address)
      return laid.length
    },
    measure: (source, machine) => layTexts(textsOf(source, machine)).length,
  }
}

export function bytesOf({ address, length }: Span, { bytes }: Machine): Uint8Array {
  return bytes.subarray(address, address + length)
}

function layTexts(texts: readonly (string | null)[]): Uint8Array {
  const encoder = new TextEncoder()
  const encoded = texts.map((text) => (text === null ? null : encoder.encode(text)))
  const laid = new Uint8Array(encoded.reduce((sum, bytes) => sum + 4 + (bytes?.length ?? 0), 4))
  const view = new DataView(laid.buffer)
  view.setUint32(0, texts.length, true)
  let at = 4
  for (const bytes of encoded) {
    view.setUint32(at, bytes?.length ?? nullLength, true)
    if (bytes) laid.set(bytes, at + 4)
    at += 4 + (bytes?.length ?? 0)
  }
  return laid
}

/**
 * The cells of an array that was written as a list: its values (nested where it has more dimensions), then its type and
 * its shape.
 */
export function cellsOfList(codec: string, value: unknown): unknown[] {
  const list = Array.isArray(value) ? value : []
  const [type, shape] = list.slice(-2)
  if (typeof type !== 'string' || !Array.isArray(shape)) throw damaged(codec, 'no type and shape stand at the end')
  const cells = list.slice(0, -2).flat(Math.min(64, shape.length - 1)) as unknown[]
  const count = shape.reduce((product: number, size) => product * Number(size), 1)
  if (cells.length !== count) throw damaged(codec, `${cells.length} values, the shape tells ${count}`)
  return cells
}

/** A value that is no text, as JSON. */
export class JsonText {
  constructor(readonly json: string) {}

  toString(): string {
    return this.json
  }
}

export type ObjectCell = string | null | JsonText

/**
 * Texts are what they are, null is NULL, other values are their JSON. Among texts alone the number 0, which zarr-python
 * puts where nothing was written if its fill value is 0, is the empty text: `fillsWithZero`.
 */
export function textsOfCells(cells: readonly ObjectCell[], fillsWithZero: boolean): (string | null)[] {
  const isZero = (cell: ObjectCell) => cell instanceof JsonText && cell.json === '0'
  const areTexts =
    fillsWithZero &&
    cells.some((cell) => typeof cell === 'string') &&
    cells.every((cell) => typeof cell === 'string' || cell === null || isZero(cell))
  return cells.map((cell) => (cell instanceof JsonText ? (areTexts ? '' : cell.json) : cell))
}
