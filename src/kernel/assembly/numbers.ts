// Runs of numbers of one type to runs of another: what the filters of numcodecs do. Types are numbered as in
// codec/number-type.ts; addresses need not be aligned; all is little-endian.

const I1 = 0
const I2 = 1
const I4 = 2
const I8 = 3
const U1 = 4
const U2 = 5
const U4 = 6
const U8 = 7
const F4 = 8
const F8 = 9
const F2 = 10
const BOOL = 11

// @ts-ignore: decorator
@inline
function sizeOf(type: i32): usize {
  return type == BOOL ? 1 : type == F2 ? 2 : type == F4 ? 4 : type == F8 ? 8 : <usize>1 << (type & 3)
}

function integerAt(type: i32, at: usize): i64 {
  switch (type) {
    case I1: return load<i8>(at)
    case I2: return load<i16>(at)
    case I4: return load<i32>(at)
    case U2: return load<u16>(at)
    case U4: return load<u32>(at)
    case I8:
    case U8: return load<i64>(at)
    default: return load<u8>(at)
  }
}

function floatAt(type: i32, at: usize): f64 {
  if (type == F8) return load<f64>(at)
  if (type == F4) return load<f32>(at)
  if (type == F2) return halfAt(at)
  const value = integerAt(type, at)
  return type == U8 ? <f64>(<u64>value) : <f64>value
}

function halfAt(at: usize): f64 {
  const bits = <i64>load<u16>(at)
  const sign = (bits & 0x8000) << 48
  const exponent = (bits >> 10) & 31
  const fraction = bits & 0x3ff
  // Small numbers are multiples of 2^-24; the largest exponent is for infinity and not-a-number.
  if (exponent == 0) return copysign<f64>(<f64>fraction * 5.9604644775390625e-8, reinterpret<f64>(sign | 1))
  const wide: i64 = exponent == 31 ? 2047 : exponent + 1008
  return reinterpret<f64>(sign | (wide << 52) | (fraction << 42))
}

function storeInteger(type: i32, at: usize, value: i64): void {
  if (type == BOOL) store<u8>(at, value != 0)
  else if (sizeOf(type) == 1) store<i8>(at, <i8>value)
  else if (sizeOf(type) == 2) store<i16>(at, <i16>value)
  else if (sizeOf(type) == 4) store<i32>(at, <i32>value)
  else store<i64>(at, value)
}

/** What the machines do that NumPy runs on: cut towards zero; what does not fit is the least integer of the wide type. */
function storeFloat(type: i32, at: usize, value: f64): void {
  if (type == F8) store<f64>(at, value)
  else if (type == F4) store<f32>(at, <f32>value)
  else if (type == BOOL) store<u8>(at, value != 0)
  else if (type == I8 || type == U4) storeInteger(type, at, wideInteger(value))
  else if (type == U8) {
    const isHigh = value >= 9223372036854775808.0
    storeInteger(type, at, isHigh ? wideInteger(value - 9223372036854775808.0) ^ i64.MIN_VALUE : wideInteger(value))
  } else {
    const fits = value > -2147483649.0 && value < 2147483648.0
    storeInteger(type, at, fits ? <i64>value : <i64>i32.MIN_VALUE)
  }
}

function wideInteger(value: f64): i64 {
  return value >= -9223372036854775808.0 && value < 9223372036854775808.0 ? <i64>value : i64.MIN_VALUE
}

// @ts-ignore: decorator
@inline
function isFloat(type: i32): bool {
  return type >= F4 && type <= F2
}

export function convert_numbers(from: i32, to: i32, count: usize, source: usize, out: usize): void {
  const step = sizeOf(from)
  const outStep = sizeOf(to)
  const float = isFloat(from) || isFloat(to)
  // Float to float of one type keeps the bits of NaN.
  if (from == to && from != BOOL) return memory.copy(out, source, count * step)
  for (let i: usize = 0; i < count; i++, source += step, out += outStep) {
    if (float) storeFloat(to, out, floatAt(from, source))
    else storeInteger(to, out, integerAt(from, source))
  }
}

/** Sums of all before, in the type of the result: integers wrap around, floats are rounded at each step. */
export function accumulate_numbers(from: i32, to: i32, count: usize, source: usize, out: usize): void {
  const step = sizeOf(from)
  const outStep = sizeOf(to)
  if (to == F8) {
    let sum: f64 = 0
    for (let i: usize = 0; i < count; i++, source += step, out += 8) {
      sum = i == 0 ? floatAt(from, source) : sum + floatAt(from, source)
      store<f64>(out, sum)
    }
  } else if (to == F4) {
    let sum: f32 = 0
    for (let i: usize = 0; i < count; i++, source += step, out += 4) {
      const value = <f32>floatAt(from, source)
      sum = i == 0 ? value : sum + value
      store<f32>(out, sum)
    }
  } else {
    let sum: i64 = 0
    for (let i: usize = 0; i < count; i++, source += step, out += outStep) {
      sum += integerAt(from, source)
      storeInteger(to, out, sum)
    }
  }
}

/** stored / scale + offset, in float32 where the stored numbers are, else in float64. */
export function rescale_numbers(
  from: i32, to: i32, count: usize, source: usize, out: usize, scale: f64, offset: f64,
): void {
  const step = sizeOf(from)
  const outStep = sizeOf(to)
  const scale4 = <f32>scale
  const offset4 = <f32>offset
  for (let i: usize = 0; i < count; i++, source += step, out += outStep) {
    const value = from == F4
      ? <f64>(load<f32>(source) / scale4 + offset4)
      : floatAt(from, source) / scale + offset
    storeFloat(to, out, value)
  }
}

/** Bits to bytes of 0 and 1, the most significant first; `count` bits. */
export function unpack_bits(count: usize, source: usize, out: usize): void {
  for (let i: usize = 0; i < count; i++) store<u8>(out + i, (load<u8>(source + (i >> 3)) >> (7 - <u8>(i & 7))) & 1)
}
