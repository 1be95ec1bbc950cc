/** Groups as GROUP BY makes them: NULLs together, NaNs together, -0 with 0, in order of appearance. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FLOAT64, INT32, VARCHAR } from '../../src/model/type.js'
import { vectorOf } from '../../src/model/vector.js'
import { Grouping } from '../../src/operator/grouping.js'

test('NULL, NaN and -0', () => {
  const grouping = new Grouping([FLOAT64])
  const keys = vectorOf(FLOAT64, [1, null, Number.NaN, -0, 0, null, Number.NaN])
  assert.deepEqual([...grouping.find([keys], 7)], [0, 1, 2, 3, 3, 1, 2])
  const [values] = grouping.keys()
  assert.deepEqual([...(values?.valid ?? [])], [1, 0, 1, 1])
  assert.ok(Object.is(values?.values[3], 0))
})

test('tuples whose texts run together are different', () => {
  const grouping = new Grouping([VARCHAR, VARCHAR, INT32])
  const find = (a: (string | null)[], b: string[], c: number[]) => [
    ...grouping.find([vectorOf(VARCHAR, a), vectorOf(VARCHAR, b), vectorOf(INT32, c)], a.length),
  ]
  assert.deepEqual(find(['a', 'ab', 'null', null, 'a'], ['bc', 'c', 'x', 'x', 'bc'], [1, 1, 1, 1, 1]), [0, 1, 2, 3, 0])
})

test('groups go on over batches', () => {
  const grouping = new Grouping([INT32])
  grouping.find([vectorOf(INT32, [5, 6])], 2)
  assert.deepEqual([...grouping.find([vectorOf(INT32, [6, 7, 5])], 3)], [1, 2, 0])
  assert.deepEqual([...(grouping.keys()[0]?.values ?? [])], [5, 6, 7])
})
