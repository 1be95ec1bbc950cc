/** A snapshot of what the package exports: a name that comes or goes is a decision, made here and in the CHANGELOG. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import * as chunkql from '../src/index.js'

const names: readonly string[] = [
  'ChunkQLError',
  'Database',
  'connect',
  'defineAggregate',
  'defineFunction',
  'formatNamed',
  'formatOfPath',
  'formats',
  'isComplete',
  'openFileSink',
  'settingNames',
  'splitStatements',
  'version',
  'writeResult',
]

test('the package exports these values and no others', () => {
  assert.deepEqual(Object.keys(chunkql).sort(), [...names].sort())
})

test('the version is that of package.json', () => {
  assert.equal(chunkql.version, JSON.parse(readFileSync('package.json', 'utf8')).version)
})
