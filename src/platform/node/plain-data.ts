/** Plain data as bytes and back, with typed arrays, bigints and maps; and names for contents. Called by execute/partial-cache.ts. */
import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'

/** Names the form in which `toBytes` writes: another version may write another one. */
export const plainForm = `v8 ${process.versions.v8.split('.')[0]}`

export function toBytes(data: unknown): Uint8Array {
  return serialize(data)
}

/** Throws where the bytes are not what `toBytes` made. */
export function fromBytes(bytes: Uint8Array): unknown {
  return deserialize(bytes)
}

export interface ContentHash {
  /** Where one part ends and the next begins counts, too. */
  add(part: string | ArrayBufferView): ContentHash
  copy(): ContentHash
  /** Ends it: 64 hexadecimal digits. */
  text(): string
}

export function contentHash(hash = createHash('sha256')): ContentHash {
  const self: ContentHash = {
    add(part) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : bytesOf(part)
      hash.update(`${typeof part} ${bytes.length}\n`).update(bytes)
      return self
    },
    copy: () => contentHash(hash.copy()),
    text: () => hash.digest('hex'),
  }
  return self
}

/** Bytes as a text of as many characters. */
export function bytesText({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
