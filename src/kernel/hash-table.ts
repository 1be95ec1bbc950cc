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
  /** Takes in so many new groups, whose records the caller has written behind those kept after it made room for them. */
  append(more: number): void
}

/** `width` words per record, room for `expected` groups at first. `onGrow` is told each new capacity. */
export function createHashTable(
  machine: Machine,
  width: number,
  expected = leastGroups,
  onGrow: (capacity: number) => void = () => {},
): HashTable {
  const { kernel } = machine
  const count = machine.allocate(4)
  let capacity = 0
  let slots = 0
  let table = 0
  let kept = 0
  /** Groups that have a slot: those appended get theirs when something is searched. */
  let entered = 0

  const groups = () => machine.view.getUint32(count, true)

  function grow(wanted: number): void {
    const known = capacity === 0 ? 0 : groups()
    const before = { kept, table, slots }
    const least = Math.max(wanted, leastGroups)
    const full = least > largeGroups ? fullest : halfFull
    slots = powerOfTwo(Math.max(least / full, Math.min(smallSlots, least * slotsPerSmall)))
    capacity = Math.max(least, Math.min(Math.floor(slots * full), 2 * least))
    kept = machine.allocate(capacity * width * wordBytes)
    table = machine.allocate(slots * slotBytes)
    machine.bytes.copyWithin(kept, before.kept, before.kept + known * width * wordBytes)
    machine.view.setUint32(count, known, true)
    kernel.hash_rebuild(before.table, before.slots, table, slots)
    onGrow(capacity)
  }

  grow(expected)
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
      if (entered < groups()) kernel.hash_enter(kept, width, entered, groups(), table, slots)
      let done = 0
      while (done < total) {
        const from = records + done * width * wordBytes
        const to = codes + done * 4
        done += kernel.hash_find(from, width, total - done, to, table, slots, kept, count, capacity)
        if (done < total) grow(capacity * 2)
      }
      entered = groups()
    },
    reserve(more) {
      if (groups() + more > capacity) grow(groups() + more)
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
    append(more) {
      add(groups + more)
    },
  }
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least))
}
