// Writes Zarr arrays of both versions with their attributes and consolidated metadata. Called by the makers of samples.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codecNamed } from './sample-codec.mjs'

const types = new Map([
  [Int8Array, ['|i1', 'int8']],
  [Int16Array, ['<i2', 'int16']],
  [Int32Array, ['<i4', 'int32']],
  [BigInt64Array, ['<i8', 'int64']],
  [Uint8Array, ['|u1', 'uint8']],
  [Uint16Array, ['<u2', 'uint16']],
  [Float32Array, ['<f4', 'float32']],
  [Float64Array, ['<f8', 'float64']],
])

export function typeOf(kind) {
  return types.get(kind)
}

// A store under a path that must not be there yet; `close` writes what describes it.
export function createStore(path, version, attributes = {}) {
  mkdirSync(dirname(path), { recursive: true })
  mkdirSync(path)
  const nodes = new Map([
    ['', version === 2 ? { '.zgroup': { zarr_format: 2 }, '.zattrs': attributes } : group3(attributes)],
  ])
  return {
    path,
    version,
    describe(name, array) {
      nodes.set(name, version === 2 ? array2(array) : array3(array))
      mkdirSync(join(path, name))
    },
    // Writes a whole array: { dims, shape, chunk, values, codec, fill, attributes }.
    async write(name, array) {
      if (Array.isArray(array.values)) array = asBytes(array)
      this.describe(name, { dtype: typeOf(array.values.constructor), ...array })
      for (const index of indexes(array.shape.map((size, axis) => Math.ceil(size / array.chunk[axis])))) {
        await writeChunk(path, version, name, index, array.codec, cut(array, index))
      }
    },
    close() {
      for (const [name, files] of nodes) {
        for (const [file, content] of Object.entries(files)) writeJson(join(path, name, file), content)
      }
      consolidate(path, version, nodes)
    },
  }
}

export async function writeChunk(path, version, name, index, codec, values) {
  const key = version === 2 ? index.join('.') : ['c', ...index].join('/')
  const file = join(path, name, key)
  if (version === 3) mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, await codecNamed(codec).encode(new Uint8Array(values.buffer)))
}

function array2({ dtype: [dtype], dims, shape, chunk, codec, fill = null, attributes = {} }) {
  const zarray = {
    chunks: chunk,
    compressor: codecNamed(codec).v2,
    dtype,
    fill_value: fillText(fill),
    filters: null,
    order: 'C',
    shape,
    zarr_format: 2,
  }
  return { '.zarray': zarray, '.zattrs': { _ARRAY_DIMENSIONS: dims, ...attributes } }
}

function array3({ dtype: [, data_type], dims, shape, chunk, codec, fill = 0, attributes = {} }) {
  return {
    'zarr.json': {
      zarr_format: 3,
      node_type: 'array',
      shape,
      data_type,
      chunk_grid: { name: 'regular', configuration: { chunk_shape: chunk } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      fill_value: fillText(fill),
      codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, ...codecNamed(codec).v3],
      attributes,
      dimension_names: dims,
    },
  }
}

function group3(attributes) {
  return { 'zarr.json': { zarr_format: 3, node_type: 'group', attributes } }
}

function fillText(fill) {
  return typeof fill === 'number' && !Number.isFinite(fill) ? String(fill) : fill
}

function consolidate(path, version, nodes) {
  if (version === 2) {
    const metadata = {}
    for (const [name, files] of nodes) {
      for (const [file, content] of Object.entries(files)) metadata[name ? `${name}/${file}` : file] = content
    }
    writeJson(join(path, '.zmetadata'), { metadata, zarr_consolidated_format: 1 })
    return
  }
  const metadata = Object.fromEntries(
    [...nodes].filter(([name]) => name).map(([name, files]) => [name, files['zarr.json']]),
  )
  const inline = { kind: 'inline', must_understand: false, metadata }
  writeJson(join(path, 'zarr.json'), { ...nodes.get('')['zarr.json'], consolidated_metadata: inline })
}

function writeJson(file, content) {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}

// Text of a fixed number of bytes: one more axis, which metadata do not mention.
function asBytes(array) {
  const encoded = array.values.map((text) => Buffer.from(text))
  const size = encoded.reduce((longest, bytes) => Math.max(longest, bytes.length), 1)
  const values = new Uint8Array(encoded.length * size)
  for (const [i, bytes] of encoded.entries()) values.set(bytes, i * size)
  return { ...array, values, size, dtype: [`|S${size}`] }
}

// The values of one chunk, C order; past the edge of the array there are zeros.
function cut({ shape, chunk, values, size = 1 }, index) {
  const out = new values.constructor(chunk.reduce((product, count) => product * count, size))
  let at = 0
  for (const cell of indexes(chunk)) {
    const place = cell.map((i, axis) => i + index[axis] * chunk[axis])
    const from = place.reduce((sum, i, axis) => sum * shape[axis] + i, 0) * size
    if (place.every((i, axis) => i < shape[axis])) out.set(values.subarray(from, from + size), at)
    at += size
  }
  return out
}

export function* indexes(shape) {
  if (shape.length === 0) yield []
  else for (let i = 0; i < shape[0]; i++) for (const rest of indexes(shape.slice(1))) yield [i, ...rest]
}
