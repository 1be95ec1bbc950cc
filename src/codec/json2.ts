/** The json2 codec of numcodecs: a list as JSON. Values that are no texts stay as they are written, numbers to their last digit. */

import { ChunkQLError } from '../model/error.js'
import { jsonText } from '../model/json-text.js'
import type { CodecKind } from './codec.js'
import { damaged } from './damage.js'
import { bytesOf, cellsOfList, JsonText, type ObjectCell, textCodec, textsOfCells } from './texts.js'

export const json2: CodecKind = {
  open({ encoding = 'utf-8', fillsWithZero = true }) {
    if (!/^(utf-?8|ascii)$/i.test(String(encoding))) {
      throw new ChunkQLError('unsupported', `json2: the encoding ${jsonText(encoding)}`)
    }
    return textCodec('json2', (source, machine) =>
      textsOfCells(cellsOf(decoded(bytesOf(source, machine))), fillsWithZero === true),
    )
  },
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw damaged('json2', (error as Error).message)
  }
}

function cellsOf(text: string): readonly ObjectCell[] {
  const cells = cellsOfList('json2', parse(text))
  if (cells.every((cell) => typeof cell === 'string' || cell === null)) return cells
  const rank = (parse(elementsOf(text).at(-1) ?? '') as unknown[]).length
  let written = elementsOf(text).slice(0, -2)
  for (let level = 1; level < rank; level++) written = written.flatMap(elementsOf)
  return written.map(cellOf)
}

/** Python writes NaN and infinities bare; what they are does not matter here. */
function parse(text: string): unknown {
  try {
    return JSON.parse(/NaN|Infinity/.test(text) ? text.replace(tokens, withoutSpecials) : text)
  } catch (error) {
    throw damaged('json2', (error as Error).message)
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g

function withoutSpecials(token: string): string {
  return /^(NaN|-?Infinity)$/.test(token) ? '0' : token
}

/** The elements of a list as they are written, but for blanks; what is no list is its own element. */
function elementsOf(text: string): string[] {
  const found = text.match(tokens) ?? []
  if (found[0] !== '[') return [text]
  const elements: string[] = []
  let depth = 0
  let element = ''
  for (const token of found.slice(1, -1)) {
    if (token === '[' || token === '{') depth++
    if (token === ']' || token === '}') depth--
    if (token !== ',' || depth > 0) element += token
    else {
      elements.push(element)
      element = ''
    }
  }
  return element === '' ? elements : [...elements, element]
}

function cellOf(written: string): ObjectCell {
  if (written === 'null') return null
  return written.startsWith('"') ? (JSON.parse(written) as string) : new JsonText(written)
}
