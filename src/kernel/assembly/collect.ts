// Values kept by group, for aggregates that need them all.

/**
 * Of `count` records (two words: 0 where the value is there, the value) takes those whose mark and code are not
 * negative: appends the codes to `groups` and the values to `values`. Returns how many. One element more may be written.
 */
// prettier-ignore
export function collect_values(
  records: usize, marks: usize, codes: usize, count: u32, groups: usize, values: usize,
): u32 {
  let taken: usize = 0
  for (let i: u32 = 0; i < count; i++, records += 16) {
    const code = load<i32>(codes + (i << 2))
    store<i32>(groups + (taken << 2), code)
    store<u64>(values + (taken << 3), load<u64>(records, 8))
    taken += <usize>(i32((load<i32>(marks + (i << 2)) | code) >= 0) & i32(load<u64>(records) == 0))
  }
  return <u32>taken
}

/**
 * Lays values out group by group, those of a group in the order in which they came. Writes to `counts` how many each of
 * `most` groups has; `places` holds as many i32.
 */
// prettier-ignore
export function group_values(
  groups: usize, values: usize, count: u32, most: u32, counts: usize, places: usize, out: usize,
): void {
  memory.fill(counts, 0, <usize>most << 2)
  for (let i: usize = 0; i < (<usize>count << 2); i += 4) {
    const at = counts + (load<u32>(groups + i) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
  let place: u32 = 0
  for (let g: usize = 0; g < (<usize>most << 2); g += 4) {
    store<u32>(places + g, place)
    place += load<u32>(counts + g)
  }
  for (let i: usize = 0; i < <usize>count; i++) {
    const at = places + (load<u32>(groups + (i << 2)) << 2)
    const to = load<u32>(at)
    store<u64>(out + (<usize>to << 3), load<u64>(values + (i << 3)))
    store<u32>(at, to + 1)
  }
}
