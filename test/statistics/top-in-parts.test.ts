/** Orders with a limit over more chunks than records are held of: looked at in parts, they leave out what they do at once. */
import assert from 'node:assert/strict'
import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { builtins } from '../../src/function/registry.js'
import { connect } from '../../src/index.js'
import { type GridScan, verdict } from '../../src/model/job.js'
import type { StoredColumn } from '../../src/model/stored-column.js'
import { initialSettings } from '../../src/settings.js'
import { openLocation } from '../../src/source/registry.js'
import { type LearnContext, learn } from '../../src/statistics/known.js'
import type { Top } from '../../src/statistics/top.js'
import { groupOf, placeIn } from '../../src/statistics.js'
import { directory } from '../source/stores.js'
import { filesOf, makeOld } from './fixture.js'

const [chunks, cells] = [23, 4]

/** Chunks of values between -100 and 100, with NaN in some and one without any number. */
function values(chunk: number): Float64Array {
  return Float64Array.from({ length: cells }, (_, i) => {
    if (chunk === 7 || (chunk % 6 === 5 && i === 0)) return Number.NaN
    return ((chunk * 37 + i * 3) % 200) - 100
  })
}

async function analyzed(nanIsNull: boolean) {
  const all = Object.fromEntries(Array.from({ length: chunks }, (_, chunk) => [String(chunk), values(chunk)]))
  const zarray = { chunks: [cells], dtype: '<f8', fill_value: null }
  const path = directory(filesOf({ v: { dims: ['n'], shape: [chunks * cells - 1], zarray, chunks: all } }))
  makeOld(path)
  const cache = directory({})
  const settings = { ...initialSettings(), local_cache: cache, nan_is_null: nanIsNull }
  const db = await connect({ threads: 1, settings: { local_cache: cache, nan_is_null: nanIsNull } })
  await db.query(`ANALYZE '${path}'`)
  await db.close()
  const source = await openLocation(path, { nanIsNull })
  const table = source.schema.tables[0]
  assert.ok(table)
  const column = table.columns.find(({ name }) => name === 'v')
  assert.ok(column?.layout)
  const { name, type, nullable, layout } = column
  const read: StoredColumn = { kind: 'stored', id: 1, name, type, nullable, dims: [0], layout, phase: 'filter' }
  const scan: GridScan = {
    source: '',
    table: table.name,
    dims: table.dims,
    columns: [read],
    selection: [[[0, chunks * cells - 1]]],
  }
  const context: LearnContext = {
    registry: builtins,
    trust: false,
    place: () => placeIn(groupOf(source, settings) as string, source, table, column),
  }
  const codes = async (top: Top, most: LearnContext['most']) => {
    const wanted = { tested: new Set<number>(), top, saving: new Uint8Array(1) }
    const found = await learn(scan, wanted, { ...context, most })
    return found && [...found.verdicts.codes]
  }
  const remove = () => {
    for (const each of [path, cache]) rmSync(each, { recursive: true })
  }
  return { path, codes, remove }
}

function leftOut(codes: readonly number[] | undefined): number[] {
  return [...(codes ?? []).keys()].filter((box) => codes?.[box] === verdict.none)
}

for (const nanIsNull of [true, false]) {
  test(`the same boxes are left out, nan_is_null = ${nanIsNull}`, async () => {
    const { codes, remove } = await analyzed(nanIsNull)
    let left = 0
    for (const descending of [false, true]) {
      for (const nullsFirst of [false, true]) {
        for (const limit of [0, 1, 2, 5, 40]) {
          const top = { column: 1, descending, nullsFirst, limit }
          const atOnce = await codes(top, undefined)
          for (const size of [1, 4, 10]) {
            const inParts = await codes(top, { held: 1, atOnce: size })
            assert.deepEqual(leftOut(inParts), leftOut(atOnce), JSON.stringify({ top, size }))
          }
          left += atOnce?.filter((code) => code === verdict.none).length ?? 0
        }
      }
    }
    assert.ok(left > 50, String(left))
    remove()
  })
}

test('where a chunk that comes first has changed, the others are not left out for its sake', async () => {
  const { path, codes, remove } = await analyzed(true)
  const top = { column: 1, descending: true, nullsFirst: false, limit: 1 }
  const before = await codes(top, { held: 1, atOnce: 4 })
  const first = before?.indexOf(verdict.all) as number
  assert.equal(before?.filter((code) => code !== verdict.none).length, 1)
  const file = join(path, `v/${first}`)
  writeFileSync(file, new Float64Array(cells).fill(-1000))
  utimesSync(file, 1e9 + 1, 1e9 + 1)
  const after = await codes(top, { held: 1, atOnce: 4 })
  assert.ok(after === undefined || after.every((code) => code !== verdict.none))
  remove()
})
