import assert from 'node:assert/strict'
import test from 'node:test'
import { shortMemory } from '../../src/source/zarr/short-memory.js'

test('what is remembered is forgotten after a while', async () => {
  const memory = shortMemory<string>(30)
  memory.set('a', 'x', 10)
  assert.equal(memory.get('a'), 'x')
  await new Promise((resume) => setTimeout(resume, 60))
  assert.equal(memory.get('a'), undefined)
})

test('where there is too much the oldest is forgotten, the newest never', () => {
  const memory = shortMemory<string>(60_000)
  for (const name of ['a', 'b', 'c']) memory.set(name, name, 30e6)
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => memory.get(name)),
    [undefined, 'b', 'c'],
  )
  memory.set('d', 'd', 1e9)
  assert.deepEqual(
    ['b', 'c', 'd'].map((name) => memory.get(name)),
    [undefined, undefined, 'd'],
  )
  memory.set('d', 'new', 5)
  memory.set('e', 'e', 5)
  assert.deepEqual([memory.get('d'), memory.get('e')], ['new', 'e'])
})
