import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buffersOf, free } from '../../src/execute/buffers.js'
import type { PartialBody } from '../../src/model/job.js'

const megabytes = 2 ** 20

function partial(): PartialBody {
  return { kind: 'dense', codes: [], fields: [new ArrayBuffer(8 * megabytes), new ArrayBuffer(8 * megabytes)] }
}

test('a partial that is freed holds no memory, without a collection', () => {
  const before = process.memoryUsage().arrayBuffers
  for (let round = 0; round < 64; round++) {
    const body = partial()
    free(body)
    assert.deepEqual(
      buffersOf(body).map(({ byteLength }) => byteLength),
      [0, 0],
    )
    const held = process.memoryUsage().arrayBuffers - before
    assert.ok(held < 64 * megabytes, `${held} bytes are held after round ${round}`)
  }
})

test('partials of rows and of interpreted groups have no buffers to free', () => {
  const body: PartialBody = { kind: 'rows', batches: [] }
  free(body)
  assert.deepEqual(buffersOf(body), [])
})

test('buffers that a merge has taken over are left alone', () => {
  const body = partial()
  structuredClone(null, { transfer: [buffersOf(body)[0] as ArrayBuffer] })
  free(body)
  assert.deepEqual(
    buffersOf(body).map(({ byteLength }) => byteLength),
    [0, 0],
  )
})
