/** The rules in their order. Each stands alone; the order only saves rounds: conditions are simplified before they move, columns dropped last. */
import { answerFromMetadata } from './answer-from-metadata.js'
import { codeTextKeys } from './code-text-keys.js'
import { countRows } from './count-rows.js'
import { dropUnusedColumns } from './drop-unused-columns.js'
import { foldConstants } from './fold-constants.js'
import { groupDistinct } from './group-distinct.js'
import { limitIntoSort } from './limit-into-sort.js'
import { mergeProjects } from './merge-projects.js'
import { normaliseComparisons } from './normalise-comparisons.js'
import { orToIn } from './or-to-in.js'
import { pushFilter } from './push-filter.js'
import { pushLimit } from './push-limit.js'
import { readListParts } from './read-list-parts.js'
import { removeEmpty } from './remove-empty.js'
import { removeSort } from './remove-sort.js'
import type { Rule } from './rule.js'
import { simplifyLogic } from './simplify-logic.js'
import { unnestAlongDimension } from './unnest-along-dimension.js'

export const allRules: readonly Rule[] = [
  foldConstants,
  simplifyLogic,
  normaliseComparisons,
  orToIn,
  mergeProjects,
  unnestAlongDimension,
  pushFilter,
  readListParts,
  removeEmpty,
  groupDistinct,
  codeTextKeys,
  countRows,
  dropUnusedColumns,
  answerFromMetadata,
  removeSort,
  limitIntoSort,
  pushLimit,
]
