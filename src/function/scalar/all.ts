/** The scalar functions of this shelf, in the order of the reference: one line for each. */
import type { ScalarFunction } from '../definition.js'
import { plus } from './add.js'
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
import { over } from './divide.js'
import { integerDivide } from './integer-divide.js'
import { conjunctionFunction, disjunctionFunction, isNull, negationFunction } from './logic.js'
import { times } from './multiply.js'
import { negate } from './negate.js'
import { remainder } from './remainder.js'
import { minus } from './subtract.js'

export const scalars: readonly ScalarFunction[] = [
  plus,
  minus,
  times,
  over,
  integerDivide,
  remainder,
  negate,
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
]
