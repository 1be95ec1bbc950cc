/** The numbers of the instructions that `compile/` uses, as the WebAssembly specification lists them. Called by `assemble.ts`. */

/** Names in the order of their numbers from the first on; '-' leaves one out. */
type Row = readonly [first: number, shape: string, names: string]

const integerCompare = 'eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'
const integerBinary = 'clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'
const floatCompare = 'eq ne lt gt le ge'
const floatArithmetic = 'abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign'

const plainRows: readonly Row[] = [
  [0x28, '', 'i32.load i64.load f32.load f64.load'],
  [0x2c, 'i32', 'load8_s load8_u load16_s load16_u'],
  [0x30, 'i64', 'load8_s load8_u load16_s load16_u load32_s load32_u'],
  [0x36, '', 'i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32'],
  [0x41, '', 'i32.const i64.const f32.const f64.const'],
  [0x45, 'i32', integerCompare],
  [0x50, 'i64', integerCompare],
  [0x5b, 'f32', floatCompare],
  [0x61, 'f64', floatCompare],
  [0x67, 'i32', integerBinary],
  [0x79, 'i64', integerBinary],
  [0x8b, 'f32', floatArithmetic],
  [0x99, 'f64', floatArithmetic],
  [0xa7, 'i32', 'wrap_i64'],
  [0xac, 'i64', 'extend_i32_s extend_i32_u'],
  [0xb2, 'f32', 'convert_i32_s convert_i32_u convert_i64_s convert_i64_u demote_f64'],
  [0xb7, 'f64', 'convert_i32_s convert_i32_u convert_i64_s convert_i64_u promote_f32'],
  [0xbc, '', 'i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64'],
]

/** After the prefix 0xfc. */
const saturatingRows: readonly Row[] = [
  [0, 'i32', 'trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u'],
  [4, 'i64', 'trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u'],
]

const laneCompare = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'
const extensions = (from: string) =>
  `extend_low_${from}_s extend_high_${from}_s extend_low_${from}_u extend_high_${from}_u`

/** After the prefix 0xfd. */
const vectorRows: readonly Row[] = [
  [0, 'v128', 'load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u'],
  [7, 'v128', 'load8_splat load16_splat load32_splat load64_splat store const'],
  [13, 'i8x16', 'shuffle'],
  [17, '', 'i32x4.splat i64x2.splat f32x4.splat f64x2.splat'],
  [27, '', 'i32x4.extract_lane - i64x2.extract_lane - f32x4.extract_lane - f64x2.extract_lane'],
  [55, 'i32x4', laneCompare],
  [65, 'f32x4', floatCompare],
  [71, 'f64x2', floatCompare],
  [77, 'v128', 'not and andnot or xor bitselect any_true'],
  [84, 'v128', 'load8_lane load16_lane load32_lane load64_lane - - - - load32_zero load64_zero'],
  [94, '', 'f32x4.demote_f64x2_zero f64x2.promote_low_f32x4'],
  [103, 'f32x4', 'ceil floor trunc nearest'],
  [116, 'f64x2', 'ceil floor - - - - trunc'],
  [135, 'i16x8', extensions('i8x16')],
  [148, 'f64x2', 'nearest'],
  [160, 'i32x4', 'abs neg - all_true bitmask'],
  [167, 'i32x4', extensions('i16x8')],
  [171, 'i32x4', 'shl shr_s shr_u add - - sub - - - mul min_s min_u max_s max_u'],
  [192, 'i64x2', 'abs neg'],
  [199, 'i64x2', extensions('i32x4')],
  [203, 'i64x2', 'shl shr_s shr_u add - - sub - - - mul eq ne lt_s gt_s le_s ge_s'],
  [224, 'f32x4', 'abs neg - sqrt add sub mul div min max pmin pmax'],
  [236, 'f64x2', 'abs neg - sqrt add sub mul div min max pmin pmax'],
  [248, '', 'i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u'],
  [252, '', 'i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero'],
  [254, '', 'f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u'],
]

/** The bytes of each instruction, without what follows it. */
export const opcodes: ReadonlyMap<string, readonly number[]> = new Map([
  ['select', [0x1b]],
  ...entries([], plainRows),
  ...entries([0xfc], saturatingRows),
  ...entries([0xfd], vectorRows),
])

function entries(prefix: readonly number[], rows: readonly Row[]): [string, number[]][] {
  return rows.flatMap(([first, shape, names]) =>
    names.split(' ').flatMap((name, i): [string, number[]][] => {
      if (name === '-') return []
      const number = first + i
      // Numbers after a prefix are LEB128: those from 128 on take two bytes.
      const bytes = prefix.length > 0 && number >= 0x80 ? [(number & 0x7f) | 0x80, number >> 7] : [number]
      return [[shape ? `${shape}.${name}` : name, [...prefix, ...bytes]]]
    }),
  )
}
