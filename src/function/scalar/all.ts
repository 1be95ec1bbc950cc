/** The scalar functions of this shelf, in the order of the reference: one line for each. */
import type { ScalarFunction } from '../definition.js'
import { plus } from './add.js'
import { bitAnd, bitCount, bitNot, bitOr, leftShift, rightShift, xor } from './bits.js'
import { dateDiff, datePart, dateTrunc } from './by-unit.js'
import {
  equals,
  greater,
  greaterOrEqual,
  isDistinct,
  isNotDistinct,
  less,
  lessOrEqual,
  notEquals,
} from './comparison.js'
import { coalesce, ifFunction, nullif, typeOf } from './conditional.js'
import { dateParts } from './date-part.js'
import { truncations } from './date-trunc.js'
import { over } from './divide.js'
import { age, dateSub } from './duration/age.js'
import { durationMakers, normalizedInterval } from './duration/make.js'
import { timeBucket } from './duration/time-bucket.js'
import { epoch, epochMs, epochNs, epochUs, julian } from './epoch.js'
import { flagText, hasFlag } from './flags.js'
import { isfinite, isinf, isnan } from './float-test.js'
import { greatest, least } from './greatest.js'
import { hyperbolics } from './hyperbolic.js'
import { integerDivide } from './integer-divide.js'
import { listFunctions } from './list/all.js'
import { conjunctionFunction, disjunctionFunction, isNull, negationFunction } from './logic.js'
import { dayName, lastDay, makeDate, monthName } from './make-date.js'
import { makeTimestamp } from './make-timestamp.js'
import { acos, asin, atan, cbrt, cos, degrees, exp, ln, log2, log10, pi, radians, sin, sqrt, tan } from './math.js'
import { times } from './multiply.js'
import { negate } from './negate.js'
import { atan2, log, power } from './power.js'
import { remainder } from './remainder.js'
import { round, trunc } from './round.js'
import { ceil, floor } from './rounding.js'
import { abs, sign } from './sign.js'
import { strftime } from './strftime.js'
import { minus } from './subtract.js'
import { lpad, ltrim, repeat, replace, rpad, rtrim, translate, trim } from './text/change.js'
import { concat, concatWs, join } from './text/concat.js'
import { bin, hex } from './text/digits.js'
import { damerauLevenshtein, hamming, jaccard, levenshtein } from './text/distance.js'
import { ascii, chr, length, lower, octetLength, reverse, strlen, unicode, upper } from './text/letters.js'
import { likes } from './text/like.js'
import { left, overlay, right, splitPart, substring } from './text/parts.js'
import { contains, endsWith, startsWith, strpos } from './text/search.js'
import { truthTests } from './truth-test.js'
import { factorial, fdiv, fmod, gcd, lcm, signbit } from './whole-numbers.js'

export const scalars: readonly ScalarFunction[] = [
  plus,
  minus,
  times,
  over,
  integerDivide,
  remainder,
  negate,
  bitAnd,
  bitOr,
  xor,
  bitNot,
  leftShift,
  rightShift,
  bitCount,
  equals,
  notEquals,
  less,
  lessOrEqual,
  greater,
  greaterOrEqual,
  isDistinct,
  isNotDistinct,
  conjunctionFunction,
  disjunctionFunction,
  negationFunction,
  isNull,
  hasFlag,
  ...truthTests,
  coalesce,
  nullif,
  ifFunction,
  greatest,
  least,
  typeOf,
  abs,
  sign,
  floor,
  ceil,
  round,
  trunc,
  sqrt,
  cbrt,
  power,
  exp,
  ln,
  log,
  log10,
  log2,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  ...hyperbolics,
  radians,
  degrees,
  pi,
  gcd,
  lcm,
  factorial,
  fdiv,
  fmod,
  signbit,
  isnan,
  isinf,
  isfinite,
  ...dateParts,
  epoch,
  epochMs,
  epochUs,
  epochNs,
  julian,
  datePart,
  dateTrunc,
  dateDiff,
  dateSub,
  age,
  timeBucket,
  ...durationMakers,
  normalizedInterval,
  makeDate,
  makeTimestamp,
  strftime,
  lastDay,
  dayName,
  monthName,
  ...truncations,
  join,
  concat,
  concatWs,
  ...likes,
  lower,
  upper,
  length,
  strlen,
  substring,
  left,
  right,
  splitPart,
  trim,
  ltrim,
  rtrim,
  replace,
  translate,
  repeat,
  lpad,
  rpad,
  startsWith,
  endsWith,
  contains,
  strpos,
  reverse,
  ascii,
  unicode,
  chr,
  flagText,
  octetLength,
  hex,
  bin,
  levenshtein,
  damerauLevenshtein,
  hamming,
  jaccard,
  overlay,
  ...listFunctions,
]
