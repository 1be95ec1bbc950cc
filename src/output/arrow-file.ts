/** Arrow IPC, as a file (also known as Feather) and as a stream: written batch by batch. Listed in registry.ts. */
import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchStreamWriter, type RecordBatchWriter } from 'apache-arrow'
import { arrowBatch, arrowSchema } from './arrow.js'
import type { Encode, ResultStream } from './output-format.js'

export const encode: Encode = (result) => batchesThrough(result, new RecordBatchFileWriter())

export const encodeStream: Encode = (result) => batchesThrough(result, new RecordBatchStreamWriter())

async function* batchesThrough(
  { header, batches }: ResultStream,
  writer: RecordBatchWriter,
): AsyncGenerator<Uint8Array> {
  const schema = arrowSchema(header)
  const written = new TakenBytes()
  writer.reset(written, schema)
  for await (const batch of batches) {
    writer.write(arrowBatch(schema, batch))
    yield* written.take()
  }
  writer.close()
  yield* written.take()
}

/** The queue that a writer fills, emptied between batches so that a file never lies in memory. */
class TakenBytes extends AsyncByteQueue {
  #parts: Uint8Array[] = []

  override write(part: Uint8Array): void {
    this.#parts.push(part)
  }

  take(): Uint8Array[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }
}
