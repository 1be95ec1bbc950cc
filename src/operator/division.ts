/**
 * How the groups of a stage are divided by hash where they are many, so that threads can merge each part on its own: what
 * every thread works out of the job alike. Called by the hash reductions and by `execute`.
 */
import type { GridScan, KeySpace, ScanStage, Settings } from '../model/job.js'
import { keyWords } from '../model/nest.js'
import type { TextEncoding } from '../model/stored-text.js'
import { wordsOf } from './text-table.js'

/**
 * Where a key has its words in a record that other threads understand: short texts are in it themselves, of others the
 * number among those that lie behind the records of its part.
 */
export interface WideKey {
  readonly word: number
  readonly words: number
  readonly text?: TextEncoding | 'listed' | undefined
}

export interface Division {
  /** A task that leaves as many groups divides them. */
  readonly least: number
  /** Groups, some of them perhaps twice, that a task of the second stage merges at least. */
  readonly perMerge: number
  /** Words of a record, and where its keys are: those of cells, then the dimensions'. */
  readonly width: number
  readonly keys: readonly WideKey[]
}

/** A power of two, the same for all jobs: partials that are kept are merged with those of a store that has grown. */
export const partCount = 128
/** Fewer are not worth dividing, or a task of their own. */
const [fewToDivide, fewToMerge] = [2 ** 14, 2 ** 16]
/** One thread merges as many groups of numbers in the time of one of texts that are looked up beside its record. */
const listedWorth = 4
/** Longer texts would be copied for each group that has them: a part has each of them once. */
const mostTextWords = 4

/** Undefined where partials cannot be divided. */
export function divisionOf(
  { scan, sink, loops, tasks }: ScanStage,
  { exchange_groups: most }: Pick<Settings, 'exchange_groups'>,
): Division | undefined {
  if (sink.kind !== 'reduce' || sink.keys.kind !== 'hash' || loops?.nests.main.sink.kind !== 'reduce') return undefined
  const keys = wideKeys(scan, sink.keys)
  const last = keys.at(-1)
  if (!last) return undefined
  const taskCount = Math.max(1, Math.ceil(tasks.boxes / tasks.boxesPerTask))
  const worth = keys.some(({ text }) => text === 'listed') ? listedWorth : 1
  return {
    least: Math.max(Math.min(most, fewToDivide), Math.ceil(most / worth / taskCount)),
    perMerge: Math.min(most, fewToMerge),
    width: last.word + last.words,
    keys,
  }
}

function wideKeys({ columns }: GridScan, keys: Extract<KeySpace, { kind: 'hash' }>): WideKey[] {
  const found: WideKey[] = []
  let word = keyWords(0)
  const add = (key: Omit<WideKey, 'word'>) => {
    found.push({ word, ...key })
    word += key.words
  }
  for (const { expression, coded } of keys.keys) {
    const column = coded && columns.find((each) => expression.kind === 'column' && each.id === expression.column)
    const form = column?.kind === 'stored' ? column.layout.form : undefined
    if (!coded) add({ words: 1 })
    else if (form?.kind === 'text' && wordsOf(form) <= mostTextWords) add({ words: wordsOf(form), text: form.encoding })
    else add({ words: 1, text: 'listed' })
  }
  for (const _ of keys.dims) add({ words: 1 })
  return found
}
