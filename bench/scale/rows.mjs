// One column of whole numbers as raw chunks of any length, a file each.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export function writeRows(path, rows, chunk) {
  // Written aside and renamed: a store that is there is whole.
  const aside = `${path}.part`
  mkdirSync(join(aside, 'x'), { recursive: true })
  const json = (name, content) => writeFileSync(join(aside, name), JSON.stringify(content))
  json('.zgroup', { zarr_format: 2 })
  json('x/.zattrs', { _ARRAY_DIMENSIONS: ['row'] })
  json('x/.zarray', {
    zarr_format: 2,
    shape: [rows],
    chunks: [chunk],
    dtype: '<i4',
    compressor: null,
    filters: null,
    order: 'C',
    fill_value: null,
  })
  const values = new Int32Array(chunk)
  for (let i = 0; i * chunk < rows; i++) {
    for (let k = 0; k < chunk; k++) values[k] = ((i * chunk + k) * 7919) % 1000
    writeFileSync(join(aside, 'x', `${i}`), values)
  }
  renameSync(aside, path)
}
