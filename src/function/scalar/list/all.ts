/** The functions of lists, in the order of the reference. */
import type { ScalarFunction } from '../../definition.js'
import { listAvg, listCount, listMax, listMin, listSum } from './aggregates.js'
import { generateSubscripts, unnest } from './expand.js'
import { arrayExtract, arrayLength, arraySlice, listContains, listValue } from './parts.js'
import { generateSeries, range } from './range.js'

export const listFunctions: readonly ScalarFunction[] = [
  arrayExtract,
  arraySlice,
  listValue,
  arrayLength,
  listContains,
  listSum,
  listAvg,
  listMin,
  listMax,
  listCount,
  range,
  generateSeries,
  unnest,
  generateSubscripts,
]
