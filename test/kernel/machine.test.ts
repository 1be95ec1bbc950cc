import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMachine, mathKernel } from '../../src/kernel/machine.js'
import { isChunkQLError } from '../../src/model/error.js'

const MB = 1 << 20

test('allocations are aligned, apart, and given back by marks', () => {
  const machine = createMachine({ limit: MB })
  const mark = machine.mark()
  const a = machine.allocate(5)
  const b = machine.allocate(0)
  const c = machine.allocate(100)
  assert.deepEqual([a % 16, b % 16, c % 16], [0, 0, 0])
  assert.ok(a >= machine.kernel.heap_base())
  assert.ok(b - a >= 5 + 64 && c - b >= 64)
  machine.release(mark)
  assert.equal(machine.allocate(5), a)
})

test('memory grows under the view and keeps what was written', () => {
  const machine = createMachine({ limit: 16 * MB })
  const a = machine.allocate(100)
  machine.bytes[a] = 42
  const b = machine.allocate(5 * MB)
  assert.equal(machine.bytes[a], 42)
  assert.equal(machine.bytes.length, machine.memory.buffer.byteLength)
  assert.ok(machine.bytes.length >= b + 5 * MB + 64)
})

test('the limit is an error that tells the figures, and leaves the machine usable', () => {
  const machine = createMachine({ limit: 2 * MB })
  const refusal = (error: unknown) =>
    isChunkQLError(error) && error.code === 'memory' && error.message.includes(String(3 * MB))
  assert.throws(() => machine.allocate(3 * MB), refusal)
  assert.throws(
    () => machine.allocate(2 ** 40),
    (error) => isChunkQLError(error) && error.code === 'memory',
  )
  assert.ok(machine.allocate(MB) > 0)
})

test('mathKernel is one instance', () => {
  assert.equal(mathKernel(), mathKernel())
})
