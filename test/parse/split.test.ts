import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isComplete, splitStatements } from '../../src/parse/split.js'

const texts = (text: string) => splitStatements(text).map(({ sql }) => sql)

test('statements are cut at semicolons, not at those in texts, names and comments', () => {
  assert.deepEqual(texts('SELECT \';\'; SELECT ";" -- ;\n; SELECT /* ; */ 3'), [
    "SELECT ';'",
    'SELECT ";" -- ;',
    'SELECT /* ; */ 3',
  ])
})

test('a statement knows where it begins', () => {
  const text = '\n  SELECT 1;\n\n SELECT 2;'
  for (const { sql, start } of splitStatements(text)) assert.equal(text.slice(start, start + sql.length), sql)
})

test('nothing is no statement', () => {
  for (const text of ['', ' \n', ';', ' ; ;\n', '-- nothing', '/* nothing */;']) assert.deepEqual(texts(text), [], text)
})

test('what cannot be read is kept for the error that it deserves', () => {
  assert.deepEqual(texts('SELECT 1 `; ` SELECT 2; `'), ['SELECT 1 `', '` SELECT 2', '`'])
  assert.deepEqual(texts("SELECT 'open; SELECT 2"), ["SELECT 'open; SELECT 2"])
})

test('a text is complete where its last word is a semicolon', () => {
  for (const text of ['SELECT 1;', 'SELECT 1; ', 'SELECT 1; -- done', 'nonsense;', ';', '`;']) {
    assert.ok(isComplete(text), text)
  }
  for (const text of ['', 'SELECT 1', "SELECT ';", 'SELECT /* ;', 'SELECT ";', 'SELECT 1 -- ;', 'SELECT 1; SELECT']) {
    assert.ok(!isComplete(text), text)
  }
})
