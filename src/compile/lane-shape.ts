/** Moving values between widths of lanes: splats, halves, conversions. Called by `lanes.ts` and by the loads of columns. */
import type { Code, CodeType } from '../model/code.js'
import type { Scope } from './scope.js'
import { keep } from './scope.js'
import { constantVector, i32, isWide, op, opBytes, type Wasm } from './wasm.js'

/** A scalar in every lane; a bool as all ones or all zeros. */
export function splat(type: CodeType, value: Wasm): Wasm {
  switch (type) {
    case 'bool':
      return op('i32x4.splat', op('i32.sub', i32(0), value))
    case 'i32':
      return op('i32x4.splat', value)
    case 'i64':
      return op('i64x2.splat', value)
    case 'f32':
      return op('f32x4.splat', value)
    case 'f64':
      return op('f64x2.splat', value)
    default:
      return type satisfies never
  }
}

const shapes = { bool: 'i32x4', i32: 'i32x4', i64: 'i64x2', f32: 'f32x4', f64: 'f64x2' } as const

/** One of four cells as a scalar. */
export function laneFrom(type: CodeType, lane: number, vectors: readonly Wasm[]): Wasm {
  const [half, place] = isWide(type) ? [lane >> 1, lane & 1] : [0, lane]
  const value = opBytes(`${shapes[type]}.extract_lane`, [place], vectors[half] as Wasm)
  return type === 'bool' ? op('i32.and', value, i32(1)) : value
}

const bytesOf = (...lanes: number[]) => lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])

/** The low 32 bits of each 64-bit lane of two vectors, as one vector. */
export function joinLow(low: Wasm, high: Wasm): Wasm {
  return opBytes('i8x16.shuffle', bytesOf(0, 2, 4, 6), low, high)
}

/** The low halves of two vectors, as one. */
export function joinHalves(low: Wasm, high: Wasm): Wasm {
  return opBytes('i8x16.shuffle', bytesOf(0, 1, 4, 5), low, high)
}

/** The high half, moved to the low one. */
export function highHalf(vector: Wasm): Wasm {
  return opBytes('i8x16.shuffle', bytesOf(2, 3, 2, 3), vector, vector)
}

/** Conversions between i64 and f32, and from floats to i64, have no lanes. */
export function hasLaneConversion(from: CodeType, to: CodeType, unsigned: boolean): boolean {
  if (from === to || from === 'bool' || to === 'bool') return true
  if (to === 'i64') return from === 'i32'
  if (from === 'i64') return to === 'i32' || (to === 'f64' && !unsigned)
  return true
}

/** `vectors` are locals, so that using them twice costs nothing. */
export function convertedLanes(vectors: readonly Wasm[], a: Code, to: Code, scope: Scope): readonly Wasm[] {
  const sign = to.op === 'convert' && to.unsigned ? 'u' : 's'
  const [low, high] = vectors as [Wasm, Wasm]
  switch (`${a.type} ${to.type}`) {
    case 'i32 i64':
      return [op(`i64x2.extend_low_i32x4_${sign}`, low), op(`i64x2.extend_high_i32x4_${sign}`, low)]
    case 'i32 f32':
      return [op(`f32x4.convert_i32x4_${sign}`, low)]
    case 'i32 f64':
      return [op(`f64x2.convert_low_i32x4_${sign}`, low), op(`f64x2.convert_low_i32x4_${sign}`, highHalf(low))]
    case 'i64 i32':
      return [joinLow(low, high)]
    case 'i64 f64':
      return vectors.map((vector) => floatOfLong(vector, scope))
    case 'f32 f64':
      return [op('f64x2.promote_low_f32x4', low), op('f64x2.promote_low_f32x4', highHalf(low))]
    case 'f32 i32':
      return [op(`i32x4.trunc_sat_f32x4_${sign}`, low)]
    case 'f64 f32':
      return [joinHalves(op('f32x4.demote_f64x2_zero', low), op('f32x4.demote_f64x2_zero', high))]
    case 'f64 i32':
      return [joinHalves(op(`i32x4.trunc_sat_f64x2_${sign}_zero`, low), op(`i32x4.trunc_sat_f64x2_${sign}_zero`, high))]
    default:
      throw new Error(`no lane conversion from ${a.type} to ${to.type}`)
  }
}

/**
 * f64 from i64, rounded once: the low 48 bits as the mantissa of 2^52 + low, the high 16 as that of 3 * 2^67 + high * 2^48;
 * taking 3 * 2^67 + 2^52 off the second is exact, and the last sum rounds.
 */
function floatOfLong(vector: Wasm, scope: Scope): Wasm {
  const low = op(
    'v128.or',
    op('v128.and', vector, constantVector('i64', 0xffffffffffffn)),
    constantVector('i64', 0x4330000000000000n),
  )
  const top = op('v128.and', op('i32x4.shr_s', vector, i32(16)), constantVector('i64', 0xffffffff00000000n))
  const high = op('i64x2.add', top, constantVector('f64', 3 * 2 ** 67))
  const moved = op('f64x2.sub', high, constantVector('f64', 3 * 2 ** 67 + 2 ** 52))
  return op('f64x2.add', keep(scope, 'v128', moved), low)
}
