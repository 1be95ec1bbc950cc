/** What statistics say of a lattice is the same, looked at as a whole or part by part. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { builtins } from '../../src/function/registry.js'
import type { Expression } from '../../src/model/expression.js'
import type { GridScan, IndexRange } from '../../src/model/job.js'
import { emptyRecords, word, wordsPerRecord } from '../../src/model/statistics.js'
import type { StoredColumn } from '../../src/model/stored-column.js'
import { BOOLEAN, FLOAT64, INT64 } from '../../src/model/type.js'
import { chunksUnder, type Lattice, latticeBoxes, latticeOf, latticeParts } from '../../src/statistics/lattice.js'
import { judge } from '../../src/statistics/verdicts.js'

const sizes = [23, 17]
const dims = sizes.map((size, dim) => ({ name: `d${dim}`, size }))

function stored(chunk: readonly number[]): StoredColumn {
  const layout = { chunk } as unknown as StoredColumn['layout']
  const common = { name: 'v', type: FLOAT64, nullable: true, phase: 'filter' } as const
  return { kind: 'stored', id: 0, dims: [0, 1], layout, ...common }
}

/** `v > d0`, or `v > d0 OR d1 < 5`. */
function predicateOf(isWide: boolean): Expression {
  const column = (id: number): Expression => ({
    kind: 'column',
    column: id,
    name: `c${id}`,
    nullable: true,
    type: FLOAT64,
  })
  const call = (name: string, ...args: Expression[]): Expression => ({
    kind: 'call',
    function: name,
    args,
    type: BOOLEAN,
  })
  const compared = call('>', column(0), {
    kind: 'cast',
    arg: { ...column(1), type: INT64 } as Expression,
    type: FLOAT64,
  })
  const five: Expression = { kind: 'literal', type: INT64, value: 5n }
  return isWide ? call('or', compared, call('<', { ...column(2), type: INT64 } as Expression, five)) : compared
}

function scanOf(column: StoredColumn, selection: GridScan['selection'], isWide: boolean): GridScan {
  const index = (id: number, dim: number) =>
    ({ kind: 'index', id, name: `c${id}`, type: INT64, nullable: false, dims: [dim] }) as const
  const columns = [column, index(1, 0), index(2, 1)]
  return { source: 's', table: 't', dims, columns, selection, predicate: predicateOf(isWide) }
}

/** Of each chunk of the whole grid one value, which its place decides; of some nothing is known. */
function recordsUnder(lattice: Lattice, column: StoredColumn) {
  const { start, counts } = chunksUnder(lattice, column, dims)
  const records = emptyRecords(FLOAT64, start, counts)
  const [rows = 0, columns = 0] = counts
  for (let record = 0; record < rows * columns; record++) {
    const place = ((start[0] as number) + Math.floor(record / columns)) * 31 + (start[1] as number) + (record % columns)
    const at = record * wordsPerRecord
    records.words[at + word.extent] = place % 5 === 0 ? 0n : 1n
    records.words[at + word.cells] = 1n
    records.floats[at + word.min] = (place * 7) % 20
    records.floats[at + word.max] = ((place * 7) % 20) + 1
  }
  return records
}

const rangesIn = (size: number): fc.Arbitrary<IndexRange[]> =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: size }), { minLength: 2, maxLength: 6 })
    .map((ends) => ends.sort((a, b) => a - b))
    .map((ends) => Array.from({ length: ends.length >> 1 }, (_, i) => [ends[2 * i], ends[2 * i + 1]] as IndexRange))

test('verdicts of parts of a lattice are those of the whole', () => {
  const chunk = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  const cases = fc.tuple(chunk, rangesIn(23), rangesIn(17), fc.integer({ min: 1, max: 30 }), fc.boolean())
  fc.assert(
    fc.property(cases, ([shape, rows, columns, most, isWide]) => {
      const column = stored(shape)
      const scan = scanOf(column, [rows, columns], isWide)
      const whole = latticeOf(column, dims, scan.selection)
      const judged = (lattice: Lattice) => [
        ...judge(scan, lattice, new Map([[0, recordsUnder(lattice, column)]]), builtins, new Uint8Array(2)).codes,
      ]
      const parts = [...latticeParts(whole, most)]
      for (const part of parts) assert.ok(latticeBoxes(part) <= most)
      assert.deepEqual(parts.flatMap(judged), judged(whole))
    }),
    { numRuns: 300 },
  )
})
