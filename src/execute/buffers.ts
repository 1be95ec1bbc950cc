/** The memory of partials: it is moved between threads, and given back as soon as a partial is merged. */
import type { GroupPart, PackedTexts, PartialBody } from '../model/job.js'
import type { PackedVector, Utf8, Vector } from '../model/vector.js'

/** All buffers of a compiled reduction's partial, or of what came of many; others are plain values. */
export function buffersOf(body: PartialBody): readonly ArrayBuffer[] {
  switch (body.kind) {
    case 'dense':
      return body.fields
    case 'hash':
      return [
        body.records,
        ...body.fields,
        ...body.values.flatMap(textBuffers),
        ...body.collected.flatMap(({ counts, values }) => [counts, values]),
      ]
    case 'divided':
      return partBuffers(body.parts)
    case 'merged':
      return body.columns.flatMap(({ vector }) => columnBuffers(vector))
    default:
      return []
  }
}

function textBuffers(texts: PackedTexts | Utf8 | undefined): ArrayBuffer[] {
  if (texts && 'offsets' in texts) return [texts.offsets.buffer as ArrayBuffer, texts.bytes.buffer as ArrayBuffer]
  return texts && 'bytes' in texts ? [texts.bytes] : []
}

export function partBuffers(parts: readonly GroupPart[] = []): readonly ArrayBuffer[] {
  return parts.map(({ bytes }) => bytes)
}

/** Of values that are no objects. Each has buffers of its own. */
function columnBuffers(vector: PackedVector): ArrayBuffer[] {
  const { values, valid, utf8, coded }: Partial<Vector> = vector
  const views = [values, valid, utf8?.offsets, utf8?.bytes, coded?.numbers].filter((view) => ArrayBuffer.isView(view))
  return views.map(({ buffer }) => buffer as ArrayBuffer)
}

let nowhere: MessagePort | undefined

/**
 * Frees a partial's memory at once; nobody may look at it again. The collector would come when hundreds of megabytes of
 * them had gathered: it counts objects, and these are few. What is moved to a closed port is dropped.
 */
export function free(body: PartialBody): void {
  freeBuffers(buffersOf(body))
}

export function freeBuffers(buffers: readonly ArrayBuffer[]): void {
  // What a merge has taken over is detached, and Node 24 refuses to move that once more.
  const held = buffers.filter(({ byteLength }) => byteLength > 0)
  if (held.length === 0) return
  nowhere ??= closedPort()
  nowhere.postMessage(null, held)
}

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}
