/** The box of a task decodes as little as memory allows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobColumn } from '../../src/model/job.js'
import { cellCount } from '../../src/model/schema.js'
import { FLOAT32 } from '../../src/model/type.js'
import { chooseBox, taskSpace } from '../../src/schedule/box.js'

const dims = [
  { name: 'time', size: 2000 },
  { name: 'lat', size: 180 },
  { name: 'lon', size: 360 },
]

function stored(id: number, chunk: readonly number[], own = [0, 1, 2]): Extract<JobColumn, { kind: 'stored' }> {
  const strides = chunk.map((_, axis) => 4 * cellCount(chunk.slice(axis + 1)))
  const layout = {
    storage: 'f4' as const,
    chunk,
    strides,
    bytes: 4 * cellCount(chunk),
    unpack: { kind: 'none' as const },
    missing: [],
    nanIsNull: true,
  }
  return { kind: 'stored', id, name: `c${id}`, type: FLOAT32, nullable: true, dims: own, layout, phase: 'filter' }
}

test('one column: its own chunks', () => {
  assert.deepEqual(chooseBox([stored(1, [50, 180, 360])], dims, false, 1e9).box, [50, 180, 360])
})

test('two columns chunked crosswise: the box holds whole chunks of both, and nothing is decoded twice', () => {
  const columns = [stored(1, [50, 180, 360]), stored(2, [2000, 10, 10])]
  const data = 2 * 4 * cellCount(dims.map(({ size }) => size))
  assert.equal(chooseBox(columns, dims, false, 2e9).decodedBytes, data)
})

test('under a memory limit the cost is far below that of naive alignment', () => {
  const columns = [stored(1, [50, 180, 360]), stored(2, [2000, 10, 10])]
  const choice = chooseBox(columns, dims, false, 300e6)
  assert.ok(choice.taskBytes <= 300e6, `${choice.taskBytes} bytes`)
  assert.ok(choice.decodedBytes < 12e9, `${choice.decodedBytes} bytes`)
})

test('rows come in slabs: whole behind one dimension, single before it', () => {
  const { box } = chooseBox([stored(1, [50, 10, 10])], dims, true, 1e9)
  assert.deepEqual(box, [50, 180, 360])
  const tight = chooseBox([stored(1, [50, 10, 10])], dims, true, 8e6).box
  assert.ok(tight[2] === 360 || tight[1] === 1, `${tight}`)
})

test('what cannot fit is refused with the figure', () => {
  assert.throws(() => chooseBox([stored(1, [2000, 180, 360])], dims, false, 1e6), /519 MB.*1 MB/)
})

test('tasks hold many small chunks, and leave out boxes without selected indexes', () => {
  const choice = chooseBox([stored(1, [1, 180, 360])], dims, false, 1e9)
  const tasks = taskSpace(
    choice,
    [
      [
        [0, 10],
        [100, 110],
      ],
      [[0, 180]],
      [[0, 360]],
    ],
    false,
  )
  assert.deepEqual(tasks.kept[0], [
    [0, 10],
    [100, 110],
  ])
  assert.equal(tasks.boxes, 20)
  assert.ok(tasks.boxesPerTask > 1)
})

test('where nothing is read, boxes are short and follow each other in C order', () => {
  const dims = [
    { name: 't', size: 100_000 },
    { name: 'y', size: 1000 },
    { name: 'x', size: 1000 },
  ]
  assert.deepEqual(chooseBox([], dims, false, 1).box, [16, 1000, 1000])
  assert.deepEqual(chooseBox([], [{ name: 'x', size: 10 ** 10 }], true, 1).box, [2 ** 24])
  assert.deepEqual(
    chooseBox(
      [],
      [
        { name: 't', size: 5 },
        { name: 'x', size: 10 ** 9 },
      ],
      true,
      1,
    ).box,
    [1, 2 ** 24],
  )
})
