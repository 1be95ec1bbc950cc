/** The aggregates of this shelf, in the order of the reference: one line for each. */
import type { AggregateFunction, HolisticAggregate } from '../definition.js'
import { anyByPosition, anyValue } from './any-value.js'
import { argMax, argMaxByPosition, argMin, argMinByPosition } from './arg-extreme.js'
import { avg } from './avg.js'
import { andPart, bitAndAll, bitOrAll, bitXorAll, orPart, xorPart } from './bits.js'
import { count } from './count.js'
import { countIf, product, productPart, truePart } from './count-if.js'
import {
  comomentsPart,
  corr,
  covarPop,
  covarSamp,
  regrAvgX,
  regrAvgY,
  regrCount,
  regrIntercept,
  regrR2,
  regrSlope,
  regrSxx,
  regrSxy,
  regrSyy,
} from './covariance.js'
import { greatestNumber, greatestPart, leastNumber, leastPart, max, min } from './extreme.js'
import { list } from './list.js'
import { allPart, anyPart, boolAnd, boolOr } from './logic.js'
import { moments, stddevPop, stddevSamp, varPop, varSamp } from './moments.js'
import { first, last, mode, stringAgg } from './order.js'
import { median, quantileCont, quantileDisc } from './quantile.js'
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
  bitAndAll,
  bitOrAll,
  bitXorAll,
  countIf,
  product,
  corr,
  covarPop,
  covarSamp,
  regrSlope,
  regrIntercept,
  regrR2,
  regrCount,
  regrAvgX,
  regrAvgY,
  regrSxx,
  regrSyy,
  regrSxy,
  argMin,
  argMax,
  median as HolisticAggregate,
  quantileCont as HolisticAggregate,
  quantileDisc as HolisticAggregate,
  mode as HolisticAggregate,
  anyValue,
  first as HolisticAggregate,
  last as HolisticAggregate,
  stringAgg as HolisticAggregate,
  list as HolisticAggregate,
  // Parts
  total,
  leastPart,
  greatestPart,
  leastNumber,
  greatestNumber,
  moments,
  allPart,
  anyPart,
  productPart,
  truePart,
  comomentsPart,
  andPart,
  orPart,
  xorPart,
  anyByPosition,
  argMinByPosition,
  argMaxByPosition,
]
