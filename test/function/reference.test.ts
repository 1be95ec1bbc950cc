import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { examplesOf, referencePage } from '../../src/function/reference.js'
import { builtins } from '../../src/function/registry.js'
import { connect } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'

test('docs/functions.md is what scripts/reference.mjs writes', () => {
  const page = readFileSync(new URL('../../../docs/functions.md', import.meta.url), 'utf8')
  assert.equal(page, referencePage(builtins))
})

test('every function has an example', () => {
  const named = [...builtins.scalars, ...builtins.aggregates].filter(({ name }) => !name.startsWith('date_trunc:'))
  assert.deepEqual(
    named.filter(({ examples }) => examples.length === 0).map(({ name }) => name),
    [],
  )
})

test('every example gives the result that it shows', async () => {
  const db = await connect({ threads: 1 })
  const wrong: string[] = []
  for (const { sql, result } of examplesOf(builtins)) {
    const shown: string[] = []
    for await (const { columns } of (await db.run(`SELECT ${sql}`)).batches) {
      for (const column of columns) shown.push(textAt(column, 0) ?? 'NULL')
    }
    if (shown.join() !== result) wrong.push(`${sql} is ${shown.join()}, not ${result}`)
  }
  await db.close()
  assert.deepEqual(wrong, [])
})
