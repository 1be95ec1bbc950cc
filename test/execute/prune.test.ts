/** Boxes are left out by the bounds of their coordinates, whatever the order of these is. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'

// By code point the second name is the greatest; by the units of UTF-16 the first one is.
const names = ['\ue000', '\u{1f600}', 'b']

for (const engine of ['auto', 'interpreter']) {
  test(`a filter over several coordinates keeps what passes (${engine})`, async () => {
    const db = await connect()
    db.register('g', {
      dims: ['name', 'x'],
      coords: { name: names, x: [1, 2, 3] },
      data: { v: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
    })
    await db.query(`SET engine = '${engine}'`)
    const count = async (where: string) => {
      const [row] = await db.query(`SELECT count(*) AS n, sum(v) AS total FROM g WHERE ${where}`)
      return [Number(row?.n), row?.total]
    }
    assert.deepEqual(await count("name = '\u{1f600}' OR x > 100"), [3, 15])
    assert.deepEqual(await count("name > '\uf000' OR x > 100"), [3, 15])
    assert.deepEqual(await count("name < '\uf000' AND x > 0 OR x > 100"), [6, 30])
    assert.deepEqual(await count("(name = 'b') = (x > 2)"), [5, 21])
    assert.deepEqual(await count("v > 100 OR x <> 2 AND name < 'c'"), [2, 16])
    await db.close()
  })
}
