/** The functions of lists, in the order of the reference. */
import type { ScalarFunction } from '../../definition.js'
import { listAvg, listCount, listMax, listMin, listSum } from './aggregates.js'
import { listAggregate, listsByAggregate } from './by-aggregate.js'
import { generateSubscripts, unnest } from './expand.js'
import {
  arrayToString,
  flatten,
  listAppend,
  listConcat,
  listHasAll,
  listHasAny,
  listPosition,
  listPrepend,
  listResize,
} from './join.js'
import { listDistinct, listReverse, listReverseSort, listSort, listUnique } from './order.js'
import { arrayExtract, arrayLength, arraySlice, listContains, listValue } from './parts.js'
import { generateSeries, range } from './range.js'

export const listFunctions: readonly ScalarFunction[] = [
  arrayExtract,
  arraySlice,
  listValue,
  arrayLength,
  listContains,
  listPosition,
  listHasAny,
  listHasAll,
  listConcat,
  listAppend,
  listPrepend,
  flatten,
  listResize,
  listSort,
  listReverseSort,
  listReverse,
  listDistinct,
  arrayToString,
  listSum,
  listAvg,
  listMin,
  listMax,
  listCount,
  ...listsByAggregate,
  listAggregate,
  listUnique,
  range,
  generateSeries,
  unnest,
  generateSubscripts,
]
