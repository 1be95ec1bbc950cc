/** Every feature of Zarr in a small store of its own: right values or a reason, and docs/zarr.md tells which. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { asDirectory, asMap, type Case, cases, type Outcome, outcomeOf } from './cases.js'
import { conformancePage } from './page.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-conformance-'))
after(() => rmSync(root, { recursive: true }))

const outcomes = new Map<Case, Outcome>()

for (const [i, each] of cases.entries()) {
  test(`version ${each.version}, ${each.section}: ${each.feature}`, async () => {
    const read = await outcomeOf(each, asDirectory(each, join(root, String(i), 'x')))
    const fetched = await outcomeOf(each, asMap(each))
    assert.equal(fetched.kind, read.kind)
    outcomes.set(each, read)
  })
}

test('docs/zarr.md tells what these tests found (UPDATE_GOLDEN=1 writes it)', () => {
  const file = new URL('../../../docs/zarr.md', import.meta.url)
  const page = conformancePage(outcomes)
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, page)
  else assert.equal(page, readFileSync(file, 'utf8'))
})
