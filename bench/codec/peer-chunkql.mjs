// ChunkQL's decoders, from and to the memory of a machine.
import { openChunks, order, timeChunks } from './chunks.mjs'
import { openDecoder } from './machine.mjs'

const { runs, ...rest } = order()
const chunks = openChunks(rest)
const { machine, source, decode } = await openDecoder(chunks)
const prepare = (file) => {
  machine.bytes.set(file, source)
  return file.length
}
console.log(JSON.stringify(timeChunks(chunks.files, chunks.length, runs, prepare, decode)))
