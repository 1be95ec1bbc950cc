/** Flag variables of CF: what their numbers mean, as text and as conditions. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'
import { flagsOf } from '../../src/model/attribute.js'
import { textAt } from '../../src/model/value-text.js'
import { mapStore } from '../source/stores.js'

const flags = (dtype: string, values: ArrayBufferView, attributes: object) => ({
  dims: ['x', 'y'],
  shape: [2, 3],
  zarray: { dtype, chunks: [1, 3] },
  attributes: { ...attributes },
  chunks: {
    '0.0': new Uint8Array(values.buffer, 0, values.byteLength / 2),
    '1.0': new Uint8Array(values.buffer, values.byteLength / 2),
  },
})

const quality = { flag_values: [0, 1, 2], flag_meanings: 'good doubtful bad', _FillValue: -1 }
const clouds = { flag_masks: [1, 2, -128], flag_meanings: 'rain cloud night', _Unsigned: 'true' }
const levels = { flag_masks: [3, 3, 4], flag_values: [1, 2, 4], flag_meanings: 'low high wet' }
const store = mapStore({
  quality: flags('<i4', Int32Array.of(0, 1, 2, -1, 7, 1), quality),
  clouds: flags('|i1', Int8Array.of(0, 1, 3, -126, -128, 127), clouds),
  levels: flags('<u8', BigUint64Array.of(0n, 1n, 6n, 5n, 3n, 4n), levels),
  plain: flags('<i4', new Int32Array(6), {}),
})

async function rows(sql: string, engine = 'auto'): Promise<string[]> {
  const db = await connect({ attach: {}, settings: { engine } })
  await db.attach('s', store)
  const found: string[] = []
  try {
    for await (const { length, columns } of (await db.run(sql)).batches)
      for (let row = 0; row < length; row++)
        found.push(columns.map((column) => textAt(column, row) ?? 'NULL').join(' | '))
  } finally {
    await db.close()
  }
  return found
}

test('flags as text: one by values, several by masks', async () => {
  for (const engine of ['auto', 'interpreter']) {
    assert.deepEqual(
      await rows('SELECT flag_text(quality), flag_text(clouds), flag_text(levels) FROM s.quality', engine),
      [
        'good |  | ',
        'doubtful | rain | low',
        'bad | rain cloud | high wet',
        'NULL | cloud night | low wet',
        'NULL | night | ',
        'doubtful | rain cloud | wet',
      ],
    )
  }
})

test('has_flag is a condition on numbers', async () => {
  for (const engine of ['auto', 'interpreter']) {
    assert.deepEqual(
      await rows(
        "SELECT count(*) FILTER (has_flag(quality, 'doubtful')), count(*) FILTER (has_flag(clouds, 'night')), count_if(has_flag(levels, 'wet')) FROM s.quality",
        engine,
      ),
      ['2 | 2 | 3'],
    )
    assert.deepEqual(await rows("SELECT clouds FROM s.clouds WHERE has_flag(clouds, 'cloud')", engine), [
      '3',
      '130',
      '127',
    ])
  }
  const explained = await rows("EXPLAIN SELECT count(*) FROM s.quality WHERE has_flag(quality, 'bad')")
  assert.match(explained.join('\n'), /quality = 2/)
})

test('the attributes are those of the column, also through a subquery', async () => {
  assert.deepEqual(await rows('SELECT DISTINCT flag_text(q) FROM (SELECT quality AS q FROM s.quality LIMIT 2)'), [
    'good',
    'doubtful',
  ])
  await assert.rejects(rows('SELECT flag_text(quality + 1) FROM s.quality'), /flag_text does not take/)
  await assert.rejects(
    rows('SELECT flag_text(plain) FROM s.plain'),
    /column "plain" has no attributes that flag_text could use/,
  )
  await assert.rejects(rows("SELECT has_flag(quality, 'god') FROM s.quality"), {
    message: "there is no flag 'god'",
    hint: /Did you mean good/,
  })
})

test('flags in every spelling; those that do not agree are none', () => {
  assert.equal(flagsOf({ flag_values: '0b, 1b', flag_meanings: 'a, b' }), 'a=0 b=1')
  assert.equal(flagsOf({ flag_values: 4, flag_meanings: 'a' }), 'a=4')
  assert.equal(flagsOf({ flag_masks: [1, 2], flag_meanings: 'a b' }), 'a=1/1 b=2/2')
  assert.equal(flagsOf({ flag_values: [0, 1], flag_meanings: 'a' }), undefined)
  assert.equal(flagsOf({ flag_values: ['x'], flag_meanings: 'a' }), undefined)
  assert.equal(flagsOf({ flag_meanings: 'a' }), undefined)
})
