/** The groups of keys that depend on data values: owns the slots and the kept records, and grows them. For execute. */
import type { Machine } from './machine.js'

/**
 * A table is half full at most, where it is small beside memory: a search that ends at its first slot is foreseen by the
 * core. Large ones are fuller: a search then looks at two slots on average, which lie side by side. The smallest have as
 * many slots as the core's first cache holds.
 */
const halfFull = 0.5
const fullest = 0.75
const largeGroups = 2 ** 19
const smallSlots = 2048
const slotsPerSmall = 32
const leastGroups = 64
const slotBytes = 8
const wordBytes = 8

export interface HashTable {
  /** Groups found so far; their numbers are 0 .. groups - 1 in the order in which they came. */
  readonly groups: number
  /** Groups that fit before it grows: the size that arrays with an element per group should have. */
  readonly capacity: number
  /** Address of the records of the groups, `width` words each. Another one after it has grown. */
  readonly kept: number
  /**
   * For each of `count` records with a code >= 0 writes the number of its group over the code.
   * May grow, and so allocate: what was allocated before stays, a mark taken before must not be released while the
   * table is used. After `reserve(count)` it does not.
   */
  find(records: number, count: number, codes: number): void
  /** Makes room for as many new groups. */
  reserve(more: number): void
  /** Makes room for the records of as many, whether they will have slots or be forgotten. */
  expect(more: number): void
  /** Takes in so many new groups, whose records the caller has written behind those kept after it made room for them. */
  append(more: number): void
}

/** Records for each group that a table must have seen to be worth growing. */
const repeats = 1.25
/** The same of one that is not even to be searched for a while: so many records for each that it knew. */
const scarcelyRepeats = 1.03
const unsearched = 7
/** Groups for each place in the table: beyond, keys that come again after long would be many. */
const mostPerRoom = 8

/**
 * `width` words per record, room for `expected` groups at first. `onGrow` is told each new capacity. A table that would
 * grow past `mostKnown` groups though hardly a key came again forgets them instead: it stays in the core's cache, and a
 * larger one would find little more. A key that comes again is then a new group.
 */
export function createHashTable(
  machine: Machine,
  width: number,
  expected = leastGroups,
  onGrow: (capacity: number) => void = () => {},
  mostKnown = Number.POSITIVE_INFINITY,
): HashTable {
  const { kernel } = machine
  const count = machine.allocate(4)
  machine.view.setUint32(count, 0, true)
  let capacity = 0
  let kept = 0
  let table = 0
  let slots = 0
  /** Groups that the slots may have, and those before the first of them. */
  let room = 0
  let forgotten = 0
  /** Groups that have a slot or are forgotten: those appended get theirs when something is searched. */
  let entered = 0
  /** Records since then, and those to come that are not searched. */
  let seen = 0
  let passing = 0

  const groups = () => machine.view.getUint32(count, true)

  function placeSlots(wanted: number): void {
    const least = Math.max(wanted, leastGroups)
    const full = least > largeGroups ? fullest : halfFull
    const before = { table, slots }
    slots = powerOfTwo(Math.max(least / full, Math.min(smallSlots, least * slotsPerSmall)))
    room = Math.floor(slots * full)
    table = machine.allocate(slots * slotBytes)
    kernel.hash_rebuild(before.table, before.slots, table, slots)
  }

  function placeKept(wanted: number): void {
    const before = kept
    const known = groups()
    capacity = Math.max(wanted, leastGroups, Math.min(room, 2 * wanted))
    kept = machine.allocate(capacity * width * wordBytes)
    machine.bytes.copyWithin(kept, before, before + known * width * wordBytes)
    onGrow(capacity)
  }

  function makeRoom(known: number): void {
    if (known === forgotten + room) {
      if (isVain(known)) forget(known)
      else placeSlots(2 * room)
    }
    if (known === capacity) placeKept(2 * capacity)
  }

  function isVain(known: number): boolean {
    const own = known - forgotten
    return own >= mostKnown && seen < repeats * own && known < mostPerRoom * room
  }

  function forget(known: number): void {
    machine.bytes.fill(0xff, table, table + slots * slotBytes)
    if (seen < scarcelyRepeats * (known - forgotten)) passing = unsearched * seen
    forgotten = known
    seen = 0
  }

  /** Gives those slots that were appended; where nothing is searched they are forgotten like all others. */
  function enter(known: number): void {
    if (entered === known) return
    if (passing > 0) forgotten = known
    else kernel.hash_enter(kept, width, entered, known, table, slots)
  }

  /** Enters records as new groups, as many as there is room for; they are forgotten at once. */
  function pass(records: number, total: number, codes: number): number {
    const known = groups()
    const some = Math.min(total, passing, capacity - known)
    forgotten = kernel.append_records(records, width, some, codes, kept, known)
    machine.view.setUint32(count, forgotten, true)
    passing -= some
    return some
  }

  function search(records: number, total: number, codes: number): number {
    const limit = Math.min(capacity, forgotten + room)
    const some = kernel.hash_find(records, width, total, codes, table, slots, kept, count, limit)
    seen += some
    return some
  }

  placeSlots(Math.min(expected, mostKnown))
  placeKept(expected)
  return {
    get groups() {
      return groups()
    },
    get capacity() {
      return capacity
    },
    get kept() {
      return kept
    },
    find(records, total, codes) {
      enter(groups())
      let done = 0
      while (done < total) {
        const from = records + done * width * wordBytes
        const to = codes + done * 4
        done += passing > 0 ? pass(from, total - done, to) : search(from, total - done, to)
        if (done < total) makeRoom(groups())
      }
      entered = groups()
    },
    reserve(more) {
      const wanted = groups() + more
      if (wanted > forgotten + room) placeSlots(wanted - forgotten)
      if (wanted > capacity) placeKept(wanted)
    },
    expect(more) {
      if (groups() + more > capacity) placeKept(groups() + more)
    },
    append(more) {
      machine.view.setUint32(count, groups() + more, true)
    },
  }
}

/** The same for records of one key that is never NULL and already numbers its groups in the order in which they came: nothing is searched. */
export function createNumberTable(machine: Machine, expected = leastGroups): HashTable {
  const width = 2
  let groups = 0
  let capacity = 0
  let kept = 0

  function grow(wanted: number): void {
    const before = kept
    capacity = Math.max(wanted, leastGroups)
    kept = machine.allocate(capacity * width * wordBytes)
    machine.bytes.copyWithin(kept, before, before + groups * width * wordBytes)
  }

  function add(past: number): void {
    if (past > capacity) grow(Math.max(past, 2 * capacity))
    const words = new Int32Array(machine.memory.buffer, kept, past * width * 2).fill(0, groups * width * 2)
    for (; groups < past; groups++) words[groups * width * 2 + 2] = groups
  }

  grow(expected)
  return {
    get groups() {
      return groups
    },
    get capacity() {
      return capacity
    },
    get kept() {
      return kept
    },
    find(records, total, codes) {
      const past = machine.kernel.number_find(records, total, codes)
      if (past > groups) add(past)
    },
    reserve(more) {
      if (groups + more > capacity) grow(groups + more)
    },
    expect(more) {
      if (groups + more > capacity) grow(groups + more)
    },
    append(more) {
      add(groups + more)
    },
  }
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least))
}
