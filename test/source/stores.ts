/** Makes stores for tests from a few words: consolidated ones in a Map, others as directories. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface ArraySpec {
  readonly dims?: readonly string[] | undefined
  readonly shape: readonly number[]
  /** What `.zarray` has beside what every array has. */
  readonly zarray?: Readonly<Record<string, unknown>> | undefined
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  readonly chunks?: Readonly<Record<string, ArrayBufferView | string>> | undefined
}

export function arrayV2({ shape, zarray }: ArraySpec): Record<string, unknown> {
  const plain = {
    zarr_format: 2,
    shape,
    chunks: shape.map((size) => Math.max(1, size)),
    dtype: '<i4',
    fill_value: null,
  }
  return { ...plain, compressor: null, filters: null, order: 'C', ...zarray }
}

function attributesV2({ dims, attributes }: ArraySpec): Record<string, unknown> {
  return dims ? { _ARRAY_DIMENSIONS: dims, ...attributes } : { ...attributes }
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** Consolidated, version 2. Groups are those that paths imply. */
export function mapStore(arrays: Readonly<Record<string, ArraySpec>>, attributes = {}): Map<string, Uint8Array> {
  const metadata: Record<string, unknown> = { '.zgroup': { zarr_format: 2 }, '.zattrs': attributes }
  const store = new Map<string, Uint8Array>()
  for (const [path, spec] of Object.entries(arrays)) {
    metadata[`${path}/.zarray`] = arrayV2(spec)
    metadata[`${path}/.zattrs`] = attributesV2(spec)
    for (const [key, chunk] of Object.entries(spec.chunks ?? {})) store.set(`/${path}/${key}`, chunkBytes(chunk))
  }
  return store.set('/.zmetadata', bytes({ metadata, zarr_consolidated_format: 1 }))
}

/** Version 3, consolidated inline; `nodes` are whole `zarr.json` files. */
export function mapStoreV3(nodes: Readonly<Record<string, object>>): Map<string, Uint8Array> {
  const consolidated_metadata = { kind: 'inline', must_understand: false, metadata: nodes }
  return new Map([['/zarr.json', bytes({ zarr_format: 3, node_type: 'group', attributes: {}, consolidated_metadata })]])
}

export function arrayV3(changes: object = {}): object {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: [4],
    data_type: 'int32',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [2] } },
    chunk_key_encoding: { name: 'default' },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    ...changes,
  }
}

function chunkBytes(chunk: ArrayBufferView | string): Uint8Array {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk)
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

/** Files under a new directory: text, bytes, or anything else as JSON. */
export function directory(files: Readonly<Record<string, unknown>>): string {
  const root = join(mkdtempSync(join(tmpdir(), 'chunkql-')), 'test.zarr')
  mkdirSync(root)
  for (const [key, content] of Object.entries(files)) {
    const path = join(root, key)
    mkdirSync(dirname(path), { recursive: true })
    if (typeof content === 'string') writeFileSync(path, content)
    else writeFileSync(path, ArrayBuffer.isView(content) ? chunkBytes(content) : JSON.stringify(content))
  }
  return root
}

/** A chunk of texts as the codec vlen-utf8 lays it, a null as others do that have one. */
export function laid(texts: readonly (string | null)[]): Uint8Array {
  const parts = texts.map((text) => (text === null ? null : new TextEncoder().encode(text)))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), 4))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, texts.length, true)
  let at = 4
  for (const part of parts) {
    view.setUint32(at, part?.length ?? 0xffffffff, true)
    if (part) bytes.set(part, at + 4)
    at += 4 + (part?.length ?? 0)
  }
  return bytes
}
