/** Partials as bytes and back. Called by `partial-cache.ts`. */
import type { CompiledStage, PartialBody, ScanStage } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { fieldBytes } from '../operator/body.js'
import { touchedAlong } from '../operator/dense-reduce.js'
import { fromBytes, toBytes } from '../platform/node/plain-data.js'
import { hull } from './boxes.js'
import { keyedDims } from './partial-key.js'

/** Of a dense partial only the states: which codes they are of follows from its boxes, and other queries may number them in another way. */
export function encodePartial(body: PartialBody): Uint8Array {
  if (body.kind !== 'dense') return toBytes(body)
  const bytes = new Uint8Array(body.fields.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const field of body.fields) {
    bytes.set(new Uint8Array(field), at)
    at += field.byteLength
  }
  return bytes
}

/** Undefined where the bytes are of something else. */
export function decodePartial(bytes: Uint8Array, stage: ScanStage, boxes: readonly Box[]): PartialBody | undefined {
  if (isDense(stage)) return decodeDense(bytes, stage, boxes)
  try {
    return withOwnTexts(fromBytes(bytes) as PartialBody)
  } catch {
    return undefined
  }
}

/** Texts that are moved to another thread must not lie in a buffer with others. */
function withOwnTexts(body: PartialBody): PartialBody {
  if (body.kind !== 'hash') return body
  const values = body.values.map((texts) =>
    texts && 'offsets' in texts ? { offsets: texts.offsets.slice(), bytes: texts.bytes.slice() } : texts,
  )
  return { ...body, values }
}

function decodeDense(bytes: Uint8Array, stage: DenseStage, boxes: readonly Box[]): PartialBody | undefined {
  const codes = codesUnder(stage, boxes)
  const groups = countOf(codes)
  if (bytes.length !== groups * stateBytes(stage)) return undefined
  let at = bytes.byteOffset
  const fields = stage.compiled.bodies.main.fields.map((field) => {
    const end = at + groups * fieldBytes(field)
    const array = bytes.buffer.slice(at, end) as ArrayBuffer
    at = end
    return array
  })
  return { kind: 'dense', codes, fields }
}

/** Bytes of the partial of some boxes, where that is known before it is made. */
export function partialBytes(stage: ScanStage, boxes: readonly Box[]): number | undefined {
  return isDense(stage) ? countOf(codesUnder(stage, boxes)) * stateBytes(stage) : undefined
}

type DenseStage = ScanStage & { readonly compiled: CompiledStage }

function isDense(stage: ScanStage): stage is DenseStage {
  const { compiled, sink } = stage
  return compiled?.bodies.main.nest.sink.kind === 'reduce' && sink.kind === 'reduce' && sink.keys.kind !== 'hash'
}

function codesUnder(stage: ScanStage, boxes: readonly Box[]): Int32Array[] {
  const { start, end } = hull(boxes, stage.scan.dims.length)
  return keyedDims(stage).map(({ dim, codes }) =>
    touchedAlong(codes, stage.scan.selection[dim], start[dim] as number, end[dim] as number),
  )
}

function countOf(codes: readonly Int32Array[]): number {
  return codes.reduce((count, { length }) => count * length, 1)
}

function stateBytes({ compiled }: DenseStage): number {
  return compiled.bodies.main.fields.reduce((sum, field) => sum + fieldBytes(field), 0)
}
