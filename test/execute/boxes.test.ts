/** Boxes and pieces tile the grid: every cell belongs to exactly one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { partsInOrder } from '../../src/execute/box-rows.js'
import { boxAt, boxesOf, piecesOf, taskCount } from '../../src/execute/boxes.js'
import type { JobColumn, TaskSpace } from '../../src/model/job.js'
import { type Box, boxShape, cellCount } from '../../src/model/schema.js'
import { FLOAT32 } from '../../src/model/type.js'

function cellsOf(box: Box, dims: readonly number[]): number[] {
  const strides = dims.map((_, i) => cellCount(dims.slice(i + 1)))
  let cells = [0]
  box.start.forEach((start, dim) => {
    const extent = (box.end[dim] as number) - start
    cells = cells.flatMap((cell) =>
      Array.from({ length: extent }, (_, i) => cell + (start + i) * (strides[dim] as number)),
    )
  })
  return cells
}

const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 })), {
  minLength: 0,
  maxLength: 3,
})

test('property: the boxes of all tasks tile the grid in order', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 4 }), fc.nat(9), (pairs, boxesPerTask, most) => {
      const dims = pairs.map(([size], i) => ({ name: `d${i}`, size }))
      const counts = pairs.map(([size, box]) => Math.ceil(size / box))
      const first = Math.min(most, cellCount(counts))
      const second = Math.min(2, cellCount(counts) - first)
      const alike = [first, second, cellCount(counts) - first - second]
      const tasks: TaskSpace = {
        box: pairs.map(([, box]) => box),
        kept: counts.map((count) => [[0, count]]),
        boxes: cellCount(counts),
        boxesPerTask,
        alike,
      }
      const seen: number[] = []
      for (let task = 0; task < taskCount(tasks); task++) {
        const [from, past] = boxesOf(tasks, task)
        assert.ok(from < past && past - from <= boxesPerTask)
        for (const border of [first, first + second]) assert.ok(past <= border || from >= border)
        for (let box = from; box < past; box++)
          seen.push(
            ...cellsOf(
              boxAt(tasks, dims, box),
              pairs.map(([size]) => size),
            ),
          )
      }
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: cellCount(pairs.map(([size]) => size)) }, (_, i) => i),
      )
    }),
  )
})

test('property: pieces tile a box, and in none a column changes its chunk', () => {
  fc.assert(
    fc.property(sizes, (pairs) => {
      const chunk = pairs.map(([, size]) => size)
      const layout = {
        storage: 'f4' as const,
        chunk,
        strides: chunk,
        bytes: 4,
        unpack: { kind: 'none' as const },
        missing: [],
        nanIsNull: true,
      }
      const column: JobColumn = {
        kind: 'stored',
        id: 1,
        name: 'a',
        type: FLOAT32,
        nullable: true,
        dims: pairs.map((_, i) => i),
        layout,
        phase: 'filter',
      }
      const box = { start: pairs.map(() => 0), end: pairs.map(([size]) => size) }
      const pieces = [...piecesOf(box, [column])]
      for (const piece of pieces) {
        piece.start.forEach((start, dim) => {
          const size = chunk[dim] as number
          assert.equal(Math.floor(start / size), Math.floor(((piece.end[dim] as number) - 1) / size))
        })
      }
      const cells = pieces.flatMap((piece) => cellsOf(piece, box.end)).sort((a, b) => a - b)
      assert.deepEqual(
        cells,
        Array.from({ length: cellCount(box.end) }, (_, i) => i),
      )
    }),
  )
})

test('property: parts of a box follow each other in C order and hold no more than asked', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 50 }), (pairs, most) => {
      const box = { start: pairs.map(() => 0), end: pairs.map(([size]) => size) }
      const parts = [...partsInOrder(box, () => most)]
      for (const part of parts) assert.ok(cellCount(boxShape(part)) <= most)
      const cells = parts.flatMap((part) => cellsOf(part, box.end))
      assert.deepEqual(
        cells,
        Array.from({ length: cellCount(box.end) }, (_, i) => i),
      )
    }),
  )
})
