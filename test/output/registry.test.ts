import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as T from '../../src/model/type.js'
import { formatNamed, formatOfPath, formats, writeResult } from '../../src/output/registry.js'
import type { Sink } from '../../src/output/sink.js'
import { batchOf, headerOf, type Named, resultOf } from './sample.js'

const one: readonly Named[] = [['x', T.INT32, [1]]]

/** Remembers what was done to it. */
function recorder(failAt?: string): { sink: Sink; log: string[] } {
  const log: string[] = []
  const note = async (what: string) => {
    log.push(what)
    if (what === failAt) throw new Error(`${what} failed`)
  }
  return { log, sink: { write: (part) => note(String(part)), close: () => note('close'), abort: () => note('abort') } }
}

test('formats by name and by extension', () => {
  for (const format of formats) {
    assert.equal(formatNamed(format.name.toUpperCase()), format)
    for (const extension of format.extensions) assert.equal(formatOfPath(`a.b/out.${extension}`), format)
  }
  assert.equal(formatOfPath('OUT.CSV').name, 'csv')
  assert.equal(formatOfPath('out.jsonl').name, 'ndjson')
})

test('every format writes something for a small result', async () => {
  for (const format of formats) {
    const { sink, log } = recorder()
    await writeResult(resultOf(one), format, sink)
    assert.ok(log.length >= 2 && log.at(-1) === 'close', format.name)
  }
})

test('unknown formats list what exists', () => {
  assert.throws(() => formatNamed('parket'), {
    code: 'setting',
    message: /there are table, csv, json, ndjson, arrow, arrows, parquet/,
    hint: "Did you mean 'parquet'?",
  })
  assert.throws(() => formatOfPath('out.xlsx'), { code: 'setting', message: /extension \.xlsx/, hint: /\.parquet/ })
  assert.throws(() => formatOfPath('dir.csv/out'), { message: /no file extension/ })
})

test('a failing query, write or close aborts the sink and is passed on', async () => {
  async function* failing() {
    yield batchOf(one)
    throw new Error('chunk is damaged')
  }
  const query = recorder()
  await assert.rejects(
    writeResult({ header: headerOf(one), batches: failing() }, formatNamed('csv'), query.sink),
    /damaged/,
  )
  assert.deepEqual(query.log, ['x\n', '1\n', 'abort'])

  const close = recorder('close')
  await assert.rejects(writeResult(resultOf(one), formatNamed('csv'), close.sink), /close failed/)
  assert.equal(close.log.at(-1), 'abort')
})

test('a failing write stops the query', async () => {
  let stopped = false
  async function* endless() {
    try {
      for (;;) yield batchOf(one)
    } finally {
      stopped = true
    }
  }
  const { sink } = recorder('1\n')
  await assert.rejects(
    writeResult({ header: headerOf(one), batches: endless() }, formatNamed('csv'), sink),
    /1\n failed/,
  )
  assert.ok(stopped)
})
