// One aggregate over a whole store beside reading and decoding the same chunks for nothing: one thread each, in turns.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { connect } from '../../dist/index.js'
import { openChunks, order } from './chunks.mjs'
import { openDecoder } from './machine.mjs'

const { store, runs } = order()
const chunks = openChunks({ store })
const { machine, source, decode } = await openDecoder(chunks)
const db = await connect({ threads: 1, attach: { climate: store }, settings: { collect_statistics: 'off' } })

function decodeAll() {
  for (const path of chunks.paths) {
    const file = openSync(path)
    const { size } = fstatSync(file)
    readSync(file, machine.bytes, source, size, 0)
    closeSync(file)
    decode(size)
  }
}

const measured = { decode: [], query: [] }
for (let run = -2; run < runs; run++) {
  const start = performance.now()
  decodeAll()
  const between = performance.now()
  await db.query('SELECT avg(t2m) FROM climate')
  if (run < 0) continue
  measured.decode.push(between - start)
  measured.query.push(performance.now() - between)
}
await db.close()
console.log(JSON.stringify(measured))
