/** Divides groups by the hashes of their keys: what a task, or a merge, leaves behind where they are many. */
import type { Machine } from '../kernel/machine.js'
import type { GroupPart } from '../model/job.js'
import { type Field, keyWords } from '../model/nest.js'
import { fieldBytes } from './body.js'
import { textTails } from './divided-texts.js'
import { type OrderValues, orderOf, valueTails } from './divided-values.js'
import { type Division, partCount } from './division.js'
import type { KeyTexts } from './key-texts.js'
import { type Tail, withTails } from './tail.js'
import { TextTable } from './text-table.js'

/** Where the states of a field are, `step` bytes from one group to the next. */
export interface StatePlaces {
  readonly address: number
  readonly step: number
}

/** Groups as a reduction has them in a machine: records of one word a key, and the states of each field. */
export interface DivisibleGroups {
  readonly machine: Machine
  readonly count: number
  readonly records: number
  readonly fields: readonly Field[]
  readonly states: readonly StatePlaces[]
  /** Key by key what its numbers stand for. */
  readonly texts: readonly (KeyTexts | undefined)[]
  /** Argument by argument, of those whose values are kept. */
  readonly collected: readonly OrderValues[]
}

/** Records that are widened at once: they stay in the core's first cache while one key after the other is. */
const blockBytes = 16384

/** One for each part, the groups of each in their order. */
export function divideGroups(groups: DivisibleGroups, division: Division): GroupPart[] {
  const { machine, fields, states } = groups
  const mark = machine.mark()
  const places = findParts(groups, division)
  places.aim(() => 0)
  const recordBytes = division.width * 8
  for (const [from, at, count] of wideBlocks(groups, division, numbersOf)) {
    places.scatter({ address: from, step: recordBytes }, recordBytes, at, count)
  }
  fields.forEach((field, k) => {
    places.aim((count) => placesOf(count, division, fields)[k] as number)
    places.scatter(states[k] as StatePlaces, fieldBytes(field), 0, groups.count)
  })
  const tails = tailsOf(groups, division, places)
  const parts = places.parts.map(({ count, start, end }, part) => {
    const own = machine.bytes.subarray(start, end)
    return {
      count,
      bytes: withTails(
        own,
        tails.map((each) => each[part] as Tail),
      ),
    }
  })
  machine.release(mark)
  return parts
}

/** Part by part the texts of each key that is listed, then the values of each argument. */
function tailsOf({ machine, texts, count, collected }: DivisibleGroups, division: Division, places: Places): Tail[][] {
  const { width, keys } = division
  const counts = Uint32Array.from(places.parts, (part) => part.count)
  const listed = keys.flatMap(({ word, text }, key) => {
    const own = texts[key]
    return text === 'listed' && own ? [textTails(machine, own, { key, word, width }, places.parts)] : []
  })
  if (collected.length === 0) return listed
  const order = orderOf(machine, places.numbers, count, counts)
  return [...listed, ...collected.map((orderValues) => valueTails(orderValues(order), counts))]
}

interface Places {
  /** Address of the part of each group, a byte. */
  readonly numbers: number
  /** Where each part is put together. */
  readonly parts: readonly { readonly count: number; readonly start: number; readonly end: number }[]
  /** Where in each part of so many groups what is scattered next goes. */
  aim(place: (count: number) => number): void
  /** Copies elements of the groups from number `at` on, each to its part. */
  scatter(from: StatePlaces, size: number, at: number, count: number): void
}

function findParts(groups: DivisibleGroups, division: Division): Places {
  const { machine, count, fields } = groups
  const { kernel } = machine
  const numbers = machine.allocate(count)
  const ends = machine.allocate(partCount * 4)
  machine.bytes.fill(0, ends, ends + partCount * 4)
  for (const [from, at, some] of wideBlocks(groups, division, hashesOf)) {
    kernel.hash_parts(from, division.width, some, partCount, numbers + at, ends)
  }
  let size = 0
  const parts = Array.from(new Uint32Array(machine.memory.buffer, ends, partCount), (own) => {
    const start = size
    size += partBytes(own, division, fields)
    return { count: own, start, end: size }
  })
  const out = machine.allocate(size)
  const placed = parts.map(({ count: own, start, end }) => ({ count: own, start: out + start, end: out + end }))
  return {
    numbers,
    parts: placed,
    aim(place) {
      new Uint32Array(machine.memory.buffer, ends, partCount).set(placed.map((part) => part.start + place(part.count)))
    },
    scatter: ({ address, step }, bytes, at, some) =>
      kernel.scatter_parts(address, step, bytes, numbers + at, some, ends),
  }
}

/** Address of what stands for each text that is listed, a word; undefined where its number does. */
type ListedWords = (texts: KeyTexts) => number | undefined

const numbersOf: ListedWords = () => undefined
const hashesOf: ListedWords = (texts) => texts.hashes()

/** The records with texts in place of their numbers, some at a time: their address, the first one's number, how many they are. */
function* wideBlocks(
  groups: DivisibleGroups,
  division: Division,
  listed: ListedWords,
): Generator<readonly [from: number, at: number, count: number]> {
  const { machine, count, records, texts } = groups
  const words = division.keys.map(({ words, text }, key): TextWords | undefined => {
    const own = texts[key]
    if (text === undefined || !own) return undefined
    const address = own instanceof TextTable && text !== 'listed' ? own.kept : listed(own)
    return address === undefined ? undefined : { address, words }
  })
  if (words.every((each) => each === undefined)) {
    yield [records, 0, count]
    return
  }
  const bytes = keyWords(division.keys.length) * 8
  const block = Math.max(1, Math.floor(blockBytes / (division.width * 8)))
  const wide = machine.allocate(block * division.width * 8)
  for (let at = 0; at < count; at += block) {
    const some = Math.min(block, count - at)
    widen(machine, division, words, records + at * bytes, some, wide)
    yield [wide, at, some]
  }
}

/** Words that stand for texts, by number. */
interface TextWords {
  readonly address: number
  readonly words: number
}

function widen(
  { kernel }: Machine,
  division: Division,
  words: readonly (TextWords | undefined)[],
  from: number,
  count: number,
  to: number,
): void {
  const width = keyWords(division.keys.length)
  const [bytes, wideBytes] = [width * 8, division.width * 8]
  kernel.gather(from, bytes, 8, count, to, wideBytes)
  division.keys.forEach(({ word }, key) => {
    const own = words[key]
    const at = to + word * 8
    if (own) kernel.gather_texts(from, width, key, count, own.address, own.words, at, wideBytes)
    else kernel.gather(from + keyWords(key) * 8, bytes, 8, count, at, wideBytes)
  })
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

/** Behind them are the values that are kept. */
export function partBytes(count: number, division: Division, fields: readonly Field[]): number {
  const rest = { type: 'i64', init: 0, accumulator: 0 } as const
  return placesOf(count, division, [...fields, rest]).at(-1) as number
}
