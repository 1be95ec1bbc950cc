/** The memory of partials: it is moved between threads, and given back as soon as a partial is merged. */
import type { PartialBody } from '../model/job.js'

/** All buffers of a compiled reduction's partial; others are plain values. */
export function buffersOf(body: PartialBody): readonly ArrayBuffer[] {
  switch (body.kind) {
    case 'dense':
      return body.fields
    case 'hash':
      return [
        body.records,
        ...body.fields,
        ...body.values.flatMap((texts) => (texts && 'bytes' in texts ? [texts.bytes] : [])),
        ...body.collected.flatMap(({ counts, values }) => [counts, values]),
      ]
    default:
      return []
  }
}

let nowhere: MessagePort | undefined

/**
 * Frees a partial's memory at once; nobody may look at it again. The collector would come when hundreds of megabytes of
 * them had gathered: it counts objects, and these are few. What is moved to a closed port is dropped.
 */
export function free(body: PartialBody): void {
  // What a merge has taken over is detached, and Node 24 refuses to move that once more.
  const buffers = buffersOf(body).filter(({ byteLength }) => byteLength > 0)
  if (buffers.length === 0) return
  nowhere ??= closedPort()
  nowhere.postMessage(null, buffers)
}

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}
