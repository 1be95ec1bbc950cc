/** Divides groups by the hashes of their keys: what a task, or a merge, leaves behind where they are many. */
import type { Machine } from '../kernel/machine.js'
import type { GroupPart } from '../model/job.js'
import { type Field, keyWords } from '../model/nest.js'
import { fieldBytes } from './body.js'
import type { KeyTexts } from './dictionary.js'
import { type Division, partCount } from './division.js'
import { TextTable } from './text-table.js'

/** Groups as a reduction has them in a machine: records of one word a key, and an array per field. */
export interface DivisibleGroups {
  readonly machine: Machine
  readonly count: number
  readonly records: number
  readonly fields: readonly Field[]
  readonly addresses: readonly number[]
  /** Key by key what its numbers stand for. */
  readonly texts: readonly (KeyTexts | undefined)[]
}

/** Records that are widened at once: they stay in the core's first cache while one key after the other is. */
const blockBytes = 16384

/** One for each part, the groups of each in their order. */
export function divideGroups(groups: DivisibleGroups, division: Division): GroupPart[] {
  const { machine } = groups
  const mark = machine.mark()
  const wide = { ...groups, records: wideRecords(groups, division) }
  const { order, ends } = orderByPart(wide, division)
  const starts = [0, ...ends.slice(0, -1)]
  const most = Math.max(...ends.map((end, part) => end - (starts[part] as number)))
  const out = machine.allocate(partBytes(most, division, groups.fields))
  const parts = ends.map((end, part) => {
    const start = starts[part] as number
    return copyPart(wide, division, order + start * 4, end - start, out)
  })
  machine.release(mark)
  return parts
}

/** Records with texts in place of their numbers. */
function wideRecords(groups: DivisibleGroups, division: Division): number {
  const { machine, count, records } = groups
  const width = keyWords(division.keys.length)
  if (division.keys.every(({ text }) => text === undefined)) return records
  const wide = machine.allocate(count * division.width * 8)
  const block = Math.max(1, Math.floor(blockBytes / (division.width * 8)))
  for (let done = 0; done < count; done += block) {
    const some = Math.min(block, count - done)
    widen(groups, division, records + done * width * 8, some, wide + done * division.width * 8)
  }
  return wide
}

function widen({ machine, texts }: DivisibleGroups, division: Division, from: number, count: number, to: number): void {
  const { kernel } = machine
  const width = keyWords(division.keys.length)
  const [bytes, wideBytes] = [width * 8, division.width * 8]
  kernel.gather(from, bytes, 8, 0, count, to, wideBytes)
  division.keys.forEach(({ word, words }, key) => {
    const own = texts[key]
    const at = to + word * 8
    if (own instanceof TextTable) kernel.gather_texts(from, width, key, count, own.kept, words, at, wideBytes)
    else kernel.gather(from + keyWords(key) * 8, bytes, 8, 0, count, at, wideBytes)
  })
}

function orderByPart(
  { machine, count, records }: DivisibleGroups,
  { width }: Division,
): { order: number; ends: readonly number[] } {
  const { kernel } = machine
  const order = machine.allocate(count * 4)
  const parts = machine.allocate(count)
  const ends = machine.allocate(partCount * 4)
  kernel.hash_parts(records, width, count, partCount, parts)
  kernel.order_parts(parts, count, partCount, ends, order)
  return { order, ends: [...new Uint32Array(machine.memory.buffer, ends, partCount)] }
}

function copyPart(
  { machine, records, fields, addresses }: DivisibleGroups,
  division: Division,
  order: number,
  count: number,
  out: number,
): GroupPart {
  if (count === 0) return { count, bytes: new ArrayBuffer(0) }
  const { kernel } = machine
  const bytes = division.width * 8
  kernel.gather(records, bytes, bytes, order, count, out, bytes)
  const places = placesOf(count, division, fields)
  fields.forEach((field, k) => {
    const size = fieldBytes(field)
    kernel.gather(addresses[k] as number, size, size, order, count, out + (places[k] as number), size)
  })
  return { count, bytes: machine.memory.buffer.slice(out, out + partBytes(count, division, fields)) as ArrayBuffer }
}

/** Where each field has its states in the bytes of a part, behind the records. */
export function placesOf(count: number, { width }: Division, fields: readonly Field[]): number[] {
  let at = count * width * 8
  return fields.map((field) => {
    const own = at
    // Whole words, so that all are aligned.
    at += Math.ceil((count * fieldBytes(field)) / 8) * 8
    return own
  })
}

function partBytes(count: number, division: Division, fields: readonly Field[]): number {
  const rest = { type: 'i64', init: 0, accumulator: 0 } as const
  return placesOf(count, division, [...fields, rest]).at(-1) as number
}
