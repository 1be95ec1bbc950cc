// Numbers of places: a table has an i32 for each, less than 0 where a place has no number yet.

/**
 * Writes the number of each of `count` places over it; those less than 0 stay. A place without one gets the next, from
 * `known` on, and is told to `born`: the ordinal and the place, two words. Returns how many numbers there are then.
 */
export function number_places(codes: usize, count: u32, table: usize, known: u32, born: usize): u32 {
  for (let i: u32 = 0; i < count; ) {
    // Most have a number: four are read before one is looked at.
    for (; i + 4 <= count; i += 4, codes += 16) {
      const a = load<i32>(codes)
      const b = load<i32>(codes, 4)
      const c = load<i32>(codes, 8)
      const d = load<i32>(codes, 12)
      if ((a | b | c | d) < 0) break
      const e = load<i32>(table + (<usize>a << 2))
      const f = load<i32>(table + (<usize>b << 2))
      const g = load<i32>(table + (<usize>c << 2))
      const h = load<i32>(table + (<usize>d << 2))
      if ((e | f | g | h) < 0) break
      store<i32>(codes, e)
      store<i32>(codes, f, 4)
      store<i32>(codes, g, 8)
      store<i32>(codes, h, 12)
    }
    for (const past = min(i + 4, count); i < past; i++, codes += 4) {
      const place = load<i32>(codes)
      if (place < 0) continue
      const at = table + (<usize>place << 2)
      let number = load<i32>(at)
      if (number < 0) {
        number = known++
        store<i32>(at, number)
        store<u32>(born, i)
        store<u32>(born, place, 4)
        born += 8
      }
      store<i32>(codes, number)
    }
  }
  return known
}

/** Gives places consecutive numbers from `first` on; those less than 0 have none. */
export function enter_places(codes: usize, count: u32, table: usize, first: u32): void {
  for (let i: u32 = 0; i < count; i++, codes += 4) {
    const place = load<i32>(codes)
    if (place >= 0) store<u32>(table + (<usize>place << 2), first + i)
  }
}

/**
 * Key records (model/nest.ts) of the places that `born` lists, as the four words per key of a direct sink tell them: the
 * first key changes fastest.
 */
export function write_places(born: usize, count: u32, windows: usize, keys: u32, records: usize): void {
  for (let i: u32 = 0; i < count; i++, born += 8) {
    let place = load<u32>(born, 4)
    let window = windows
    let nulls: u64 = 0
    for (let key: u32 = 0; key < keys; key++, window += 16) {
      const extent = load<u32>(window, 4)
      const number = <i64>load<i32>(window) + (place % (extent + 1))
      const isNull = place % (extent + 1) == extent
      place /= extent + 1
      const word = load<i32>(window, 12) ? reinterpret<i64>(<f64>number) : number
      store<i64>(records + ((1 + key) << 3), isNull ? 0 : word)
      nulls |= <u64>isNull << key
    }
    store<u64>(records, nulls)
    records += (1 + keys) << 3
  }
}
