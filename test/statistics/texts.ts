/** Arrays of texts with one axis, chunk by chunk. Used by the tests of statistics. */
import type { ArraySpec } from '../source/stores.js'

const missing = '<none>'

/** UTF-32 of a fixed length. */
export function fixedTexts(chunks: readonly (readonly (string | null)[])[], letters: number): ArraySpec {
  const files = chunks.map((texts, c) => {
    const cells = new Uint32Array(texts.length * letters)
    texts.forEach((text, i) => {
      for (const [k, letter] of [...(text ?? missing)].entries())
        cells[i * letters + k] = letter.codePointAt(0) as number
    })
    return [String(c), cells]
  })
  return array(chunks, { dtype: `<U${letters}` }, Object.fromEntries(files))
}

/** UTF-8 of any length, as numcodecs' vlen-utf8 has it. */
export function anyTexts(chunks: readonly (readonly (string | null)[])[]): ArraySpec {
  const word = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
  const files = chunks.map((texts, c) => {
    const encoded = texts.map((text) => Buffer.from(text ?? missing))
    return [String(c), Buffer.concat([word(texts.length), ...encoded.flatMap((bytes) => [word(bytes.length), bytes])])]
  })
  return array(chunks, { dtype: '|O', filters: [{ id: 'vlen-utf8' }] }, Object.fromEntries(files))
}

function array(
  chunks: readonly (readonly unknown[])[],
  zarray: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, Uint8Array | Uint32Array>>,
): ArraySpec {
  const size = chunks[0]?.length ?? 0
  return {
    dims: ['n'],
    shape: [size * chunks.length],
    zarray: { chunks: [size], fill_value: null, ...zarray },
    attributes: { missing_value: missing },
    chunks: files,
  }
}
