/** Cells of texts as numbers, placed for compiled bodies. Called by `pieces.ts` and the tasks. */
import { interpret } from '../function/interpret.js'
import type { Registry } from '../function/registry.js'
import type { Machine } from '../kernel/machine.js'
import type { ColumnId } from '../model/expression.js'
import type { TextTest } from '../model/job.js'
import { type Box, cellCount } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import { VARCHAR, type Value } from '../model/type.js'
import { type Vector, valueAt, vectorOf } from '../model/vector.js'
import type { Dictionary, KeyTexts } from '../operator/dictionary.js'
import type { LoopColumn } from '../operator/loop.js'
import type { Scratch } from '../operator/scratch.js'
import { type TextForm, TextTable, wordsOf } from '../operator/text-table.js'
import { numbersOf } from '../source/objects.js'
import { columnAt, ownCells, ownShape, readRuns } from './runs.js'
import type { StageRun } from './stage-run.js'

/** Stands for NULL. */
const noNumber = -1

/** A decoded chunk of a column, and which of its cells the piece has. */
export interface CodedPart {
  readonly column: StoredColumn
  readonly box: Box
  /** Of the piece's first cell in the chunk. */
  readonly address: number
  /** What the source keeps for the chunk. */
  readonly kept: readonly Value[] | undefined
}

/** Numbers the texts of a column in one task. */
export interface CellTexts {
  readonly texts: KeyTexts
  /** Writes the numbers of the cells to `codes`, an address, in C order over the column's own dims. */
  number(part: CodedPart, own: readonly number[], codes: number): void
}

/** How the task at hand numbers the texts of its coded columns. */
export function textsOf({
  stage,
  machine,
  dictionaries,
  expected,
  registry,
}: StageRun): ReadonlyMap<ColumnId, CellTexts> {
  const entries = stage.scan.columns.flatMap((column): [ColumnId, CellTexts][] => {
    const dictionary = dictionaries.get(column.id)
    if (column.kind !== 'stored' || !dictionary) return []
    const texts = cellTexts(column, machine, dictionary, expected.get(column.id) ?? 0)
    return [[column.id, column.test ? testedTexts(texts, column.test, machine, registry) : texts]]
  })
  return new Map(entries)
}

/** Texts of a fixed size are numbered in the machine, as long as its mark holds; others by a dictionary, which may outlive the task. */
function cellTexts({ layout }: StoredColumn, machine: Machine, dictionary: Dictionary, expected: number): CellTexts {
  return layout.form?.kind === 'text' ? fixedTexts(layout.form, machine, expected) : otherTexts(machine, dictionary)
}

/** Writes what a predicate says of the texts in place of their numbers; it is asked once for each. */
function testedTexts(
  { texts, number }: CellTexts,
  { text, predicate }: TextTest,
  machine: Machine,
  registry: Registry,
): CellTexts {
  /** Of NULL first, then by number. */
  let results = new Int32Array(0)
  const ask = (values: readonly Value[]): void => {
    const vector = vectorOf(VARCHAR, values)
    const answers = interpret(predicate, (id) => (id === text ? vector : undefined) as Vector, values.length, registry)
    const known = results
    results = new Int32Array(known.length + values.length)
    results.set(known)
    for (let i = 0; i < values.length; i++) {
      const answer = valueAt(answers, i)
      results[known.length + i] = answer === null ? noNumber : Number(answer)
    }
  }
  ask([null])
  return {
    texts,
    number(part, own, codes) {
      number(part, own, codes)
      const known = results.length - 1
      if (texts.count > known) ask(texts.texts(known))
      const cells = new Int32Array(machine.memory.buffer, codes, cellCount(own))
      for (let i = 0; i < cells.length; i++) cells[i] = results[(cells[i] as number) + 1] as number
    },
  }
}

/** The cells as i4. */
export function placeCodes(part: CodedPart, scratch: Scratch, texts: CellTexts): LoopColumn {
  const { column, box } = part
  const base = scratch.reserve(4 * ownCells(column, box))
  texts.number(part, ownShape(column, box), base)
  return columnAt(base, 4, column, box)
}

function fixedTexts(form: TextForm, machine: Machine, expected: number): CellTexts {
  const { size, missing } = form
  const texts = new TextTable(machine, form.encoding, wordsOf(form), expected)
  const absent = missing.flatMap((text) => texts.numberOf(text, size) ?? [])
  return {
    texts,
    number({ column, address }, own, codes) {
      readRuns(column.layout.strides, own, address, (cells, step, count, at) =>
        texts.number(cells, step, size, count, codes + 4 * at),
      )
      if (absent.length === 0) return
      const written = new Int32Array(machine.memory.buffer, codes, cellCount(own))
      for (let i = 0; i < written.length; i++) if (absent.includes(written[i] as number)) written[i] = noNumber
    },
  }
}

function otherTexts(machine: Machine, dictionary: Dictionary): CellTexts {
  return {
    texts: dictionary,
    number({ column, address, kept }, own, base) {
      const { buffer } = machine.memory
      const { form, strides } = column.layout
      if (!form) throw new TypeError(`${column.name} has no texts`)
      const values: Value[] = []
      const codes = new Int32Array(buffer, base, cellCount(own))
      const read = numbersOf(form, column.type, buffer, kept, values)
      readRuns(strides, own, address, (cells, step, count, at) => read(cells, step, count, at, codes))
      const numbers = values.map((value) => (value === null ? noNumber : dictionary.numberOf(value)))
      for (let i = 0; i < codes.length; i++) codes[i] = numbers[codes[i] as number] as number
    },
  }
}
