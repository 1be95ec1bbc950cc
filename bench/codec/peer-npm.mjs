// The package numcodecs of npm: the same libraries, compiled to WebAssembly by Emscripten.
import { gunzipSync } from 'node:zlib'
import { Blosc, Zstd } from 'numcodecs'
import { openChunks, order } from './chunks.mjs'

const { runs, ...rest } = order()
const { compressor, files, length } = openChunks(rest)
const decoders = { blosc: () => Blosc.fromConfig(compressor), zstd: () => Zstd.fromConfig(compressor) }
const codec = compressor && decoders[compressor.id]?.()
const out = new Uint8Array(length)
const ms = []
for (let run = -1; run < runs; run++) {
  const start = performance.now()
  for (const file of files) {
    if (codec) await codec.decode(file, out)
    else out.set(compressor?.id === 'gzip' ? gunzipSync(file) : file)
  }
  if (run >= 0) ms.push(performance.now() - start)
}
console.log(JSON.stringify({ bytes: length * files.length, ms }))
