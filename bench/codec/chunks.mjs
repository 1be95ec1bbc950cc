// What all programs of the bench decode: the first chunks of a climate store.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function openChunks({ store }) {
  const { compressor, chunks, shape } = JSON.parse(readFileSync(join(store, 't2m/.zarray'), 'utf8'))
  const length = chunks.reduce((product, size) => product * size, 4)
  const path = (i) => join(store, 't2m', `${i}.0.0`)
  const files = Array.from({ length: 12 }, (_, i) => readFileSync(path(i)))
  const paths = Array.from({ length: Math.ceil(shape[0] / chunks[0]) }, (_, i) => path(i))
  return { compressor, length, files, paths }
}

/** One run to warm up; `decode` gets a file, and only it is timed. */
export function timeChunks(files, length, runs, prepare, decode) {
  const ms = []
  for (let run = -1; run < runs; run++) {
    let spent = 0
    for (const file of files) {
      const ready = prepare(file)
      const start = performance.now()
      decode(ready)
      spent += performance.now() - start
    }
    if (run >= 0) ms.push(spent)
  }
  return { bytes: length * files.length, ms }
}

export const order = () => JSON.parse(process.argv[2])
