/** Attributes: shown as a table, and kept with the columns of results. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'
import { mapStore } from '../source/stores.js'

const store = mapStore(
  {
    time: { dims: ['time'], shape: [2], attributes: { units: 'days since 2000-01-01', axis: 'T' } },
    sst: {
      dims: ['time'],
      shape: [2],
      attributes: {
        long_name: 'sea surface',
        scale_factor: 0.5,
        _FillValue: -1,
        valid_range: [0, 9007199254740993n, Number.NaN].map(Number),
        nested: { a: true, b: null },
      },
    },
  },
  { title: 'a store' },
)

async function rows(settings: Readonly<Record<string, unknown>>, sql: string): Promise<string[]> {
  const db = await connect({ settings, attach: {} })
  await db.attach('s', store)
  const found: string[] = []
  for await (const { length, columns } of (await db.run(sql)).batches)
    for (let row = 0; row < length; row++)
      found.push(columns.map((column) => textAt(column, row) ?? 'NULL').join(' | '))
  await db.close()
  return found
}

test('SHOW ATTRIBUTES lists those of the group, then those of each column', async () => {
  assert.deepEqual(await rows({}, 'SHOW ATTRIBUTES s.sst'), [
    'NULL | title | a store',
    'time | _ARRAY_DIMENSIONS | ["time"]',
    'time | units | days since 2000-01-01',
    'time | axis | T',
    'sst | _ARRAY_DIMENSIONS | ["time"]',
    'sst | long_name | sea surface',
    'sst | scale_factor | 0.5',
    'sst | _FillValue | -1',
    'sst | valid_range | [0, 9007199254740992, null]',
    'sst | nested | {"a": true, "b": null}',
  ])
})

test('SHOW TABLES says how many rows, chunks and decoded bytes a table has', async () => {
  assert.deepEqual(await rows({}, 'SHOW TABLES FROM s'), ['sst | s | time 2 | 2 | 2 | 1 | 8'])
})

test('Arrow fields keep what still holds of a column that is handed on', async () => {
  const db = await connect({ attach: {} })
  await db.attach('s', store)
  const table = await db.query(
    'SELECT time, sst AS a, sst + 1 AS b FROM (SELECT * FROM s.sst ORDER BY time LIMIT 2) GROUP BY ALL',
  )
  const metadata = table.schema.fields.map((field) => Object.fromEntries(field.metadata))
  const { valid_range, ...rest } = metadata[1] ?? {}
  assert.deepEqual(
    [metadata[0], rest, metadata[2]],
    [{ axis: 'T' }, { long_name: 'sea surface', nested: '{"a": true, "b": null}' }, {}],
  )
  const stored = await connect({ settings: { decode_cf: false } })
  await stored.attach('s', store)
  const raw = await stored.query('SELECT time, sst FROM s.sst')
  assert.equal(raw.schema.fields[0]?.metadata.get('units'), 'days since 2000-01-01')
  assert.equal(raw.schema.fields[1]?.metadata.get('scale_factor'), '0.5')
  await db.close()
  await stored.close()
})
