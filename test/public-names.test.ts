/** A snapshot of what the package exports: a name that comes or goes is a decision, made here and in the CHANGELOG. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as chunkql from '../src/index.js'

const names: readonly string['ChunkQLError', 'Database', 'connect', 'defineAggregate', 'defineFunction', 'formats', 'isComplete', 'settingNames', 'splitStatements', 'writeResult'] = []

test('the package exports these values and no others', () => {
  assert.deepEqual(Object.keys(chunkql).sort(), [...names].sort())
})
