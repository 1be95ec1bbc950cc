/** The aggregates of this shelf, in the order of the reference: one line for each. */
import type { AggregateFunction } from '../definition.js'
import { anyValue } from './any-value.js'
import { avg } from './avg.js'
import { count } from './count.js'
import { greatestPart, leastPart, max, min } from './extreme.js'
import { allPart, anyPart, boolAnd, boolOr } from './logic.js'
import { moments, stddevPop, stddevSamp, varPop, varSamp } from './moments.js'
import { sum } from './sum.js'
import { total } from './total.js'

export const aggregates: readonly AggregateFunction[] = [
  count,
  sum,
  avg,
  min,
  max,
  stddevSamp,
  stddevPop,
  varSamp,
  varPop,
  boolAnd,
  boolOr,
  anyValue,
  // Parts
  total,
  leastPart,
  greatestPart,
  moments,
  allPart,
  anyPart,
]
