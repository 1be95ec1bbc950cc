// Numbers of places: a table has an i32 for each, less than 0 where a place has no number yet.

/**
 * Writes the number of each of `count` places over it; those less than 0 stay. A place without one gets the next, from
 * `known` on, and is told to `born`: the ordinal and the place, two words. Returns how many numbers there are then.
 */
export function number_places(codes: usize, count: u32, table: usize, known: u32, born: usize): u32 {
  for (let i: u32 = 0; i < count; i++, codes += 4) {
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
  return known
}

/** Gives places consecutive numbers from `first` on; those less than 0 have none. */
export function enter_places(codes: usize, count: u32, table: usize, first: u32): void {
  for (let i: u32 = 0; i < count; i++, codes += 4) {
    const place = load<i32>(codes)
    if (place >= 0) store<u32>(table + (<usize>place << 2), first + i)
  }
}
