// Folds of lists: one number for the items of each cell. Items lie side by side at any address. Types are numbered as in
// codec/number-type.ts, folds as in execute/folded-cells.ts.

const I1 = 0
const I2 = 1
const I4 = 2
const U1 = 4
const U2 = 5
const U4 = 6
const F4 = 8

const SUM = 0
const MEAN = 1
const MIN = 2
const MAX = 3

/** What stands for NULL: no fold of FLOATs or of integers of 32 bits is as small. Of DOUBLEs one may be. */
const noFloat: f64 = -f64.MAX_VALUE
const noInteger: i64 = i64.MIN_VALUE

/** How many items of the list at hand were no NULL. */
let counted: i32 = 0

// @ts-ignore: decorator
@inline
function integerFold<T>(fold: i32, at: usize, items: i32): i64 {
  counted = items
  if (fold == SUM || fold == MEAN) {
    let sum: i64 = 0
    for (let i = 0; i < items; i++) sum += <i64>load<T>(at + (<usize>i) * sizeof<T>())
    return sum
  }
  let best: T = load<T>(at)
  if (fold == MIN) for (let i = 1; i < items; i++) best = min<T>(best, load<T>(at + (<usize>i) * sizeof<T>()))
  else for (let i = 1; i < items; i++) best = max<T>(best, load<T>(at + (<usize>i) * sizeof<T>()))
  return <i64>best
}

function integersFold(type: i32, fold: i32, at: usize, items: i32): i64 {
  switch (type) {
    case I1: return integerFold<i8>(fold, at, items)
    case I2: return integerFold<i16>(fold, at, items)
    case I4: return integerFold<i32>(fold, at, items)
    case U1: return integerFold<u8>(fold, at, items)
    case U2: return integerFold<u16>(fold, at, items)
    default: return integerFold<u32>(fold, at, items)
  }
}

/** Sums of two pairs of lanes; NaN counts as nothing where `skip` is set. */
function sumSingles(at: usize, items: i32, skip: bool): f64 {
  const all = i32x4.splat(skip ? 0 : -1)
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let count = i32x4.splat(0)
  let i = 0
  for (; i + 4 <= items; i += 4) {
    const raw = v128.load(at + ((<usize>i) << 2))
    const mask = v128.or(f32x4.eq(raw, raw), all)
    const value = v128.and(raw, mask)
    count = i32x4.sub(count, mask)
    low = f64x2.add(low, f64x2.promote_low_f32x4(value))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(value, value, 2, 3, 0, 1)))
  }
  const sums = f64x2.add(low, high)
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  counted =
    i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3)
  for (; i < items; i++) {
    const value = load<f32>(at + ((<usize>i) << 2))
    if (skip && value != value) continue
    sum += <f64>value
    counted++
  }
  return sum
}

/** The least, or with `flip` the negative of the greatest. NaN is no value. */
function leastSingle(at: usize, items: i32, flip: bool): f64 {
  const infinite = f32x4.splat(f32.POSITIVE_INFINITY)
  const sign = i32x4.splat(flip ? i32.MIN_VALUE : 0)
  let least = infinite
  let count = i32x4.splat(0)
  let i = 0
  for (; i + 4 <= items; i += 4) {
    const raw = v128.load(at + ((<usize>i) << 2))
    const mask = f32x4.eq(raw, raw)
    count = i32x4.sub(count, mask)
    least = f32x4.min(least, v128.bitselect(v128.xor(raw, sign), infinite, mask))
  }
  let best = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
  )
  counted =
    i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3)
  for (; i < items; i++) {
    const value = load<f32>(at + ((<usize>i) << 2))
    if (value != value) continue
    best = min(best, flip ? -value : value)
    counted++
  }
  return <f64>best
}

function doublesFold(fold: i32, at: usize, items: i32, skip: bool): f64 {
  counted = 0
  let result: f64 = fold == MIN ? f64.POSITIVE_INFINITY : fold == MAX ? f64.NEGATIVE_INFINITY : 0
  for (let i = 0; i < items; i++) {
    const value = load<f64>(at + ((<usize>i) << 3))
    if (skip && value != value) continue
    counted++
    if (fold == MIN) result = min(result, value)
    else if (fold == MAX) result = max(result, value)
    else result += value
  }
  return result
}

// @ts-ignore: decorator
@inline
function floatsFold(type: i32, fold: i32, at: usize, items: i32, skip: bool): f64 {
  if (type != F4) return doublesFold(fold, at, items, skip)
  if (fold == MIN) return leastSingle(at, items, false)
  if (fold == MAX) return -leastSingle(at, items, true)
  return sumSingles(at, items, skip)
}

/** Where a list is cut off: behind an item, counted from the end where that is negative. */
function endOf(type: i32, at: usize, size: i32): i32 {
  let place: i64
  switch (type) {
    case I1: place = load<i8>(at); break
    case I2: place = load<i16>(at); break
    case I4: place = load<i32>(at); break
    case U1: place = load<u8>(at); break
    case U2: place = load<u16>(at); break
    case U4: place = load<u32>(at); break
    default: place = load<i64>(at)
  }
  if (place < 0) place += size + 1
  return <i32>min<i64>(place, size)
}

/**
 * For each of `cells` lists, `step` bytes apart, one number of 8 bytes at `out`: an f64 of floats and of means, else an i64.
 * Items [start, end) count; where `endType` is not negative, the end is the place in a number of that type, `endAt` bytes
 * from the list, one of `size` at most. With `skip` NaN is NULL. Tells how many results are values that stand for NULL.
 */
export function fold_lists(
  fold: i32,
  type: i32,
  skip: bool,
  size: i32,
  start: i32,
  end: i32,
  endType: i32,
  endAt: i32,
  lists: usize,
  step: i32,
  cells: i32,
  out: usize,
): i32 {
  const itemBytes: usize = type >= F4 ? (type == F4 ? 4 : 8) : <usize>1 << (type & 3)
  let taken = 0
  for (let i = 0; i < cells; i++, lists += step, out += 8) {
    const past = endType < 0 ? end : endOf(endType, lists + endAt, size)
    const items = past - start
    const at = lists + (<usize>start) * itemBytes
    if (type >= F4) {
      const value = items > 0 ? floatsFold(type, fold, at, items, skip) : 0
      const isNull = items <= 0 || counted == 0
      const result = fold == MEAN ? value / <f64>counted : value
      if (!isNull && result == noFloat) taken++
      store<f64>(out, isNull ? noFloat : result)
    } else if (items <= 0) {
      if (fold == MEAN) store<f64>(out, noFloat)
      else store<i64>(out, noInteger)
    } else {
      const value = integersFold(type, fold, at, items)
      if (fold == MEAN) store<f64>(out, <f64>value / <f64>items)
      else store<i64>(out, value)
    }
  }
  return taken
}
