/** The json2 codec of numcodecs, where it holds texts: a list as JSON. */

import { ChunkQLError } from '../model/error.js'
import { jsonText } from '../model/json-text.js'
import type { CodecKind } from './codec.js'
import { damaged } from './damage.js'
import { bytesOf, textCodec, textsOfList } from './texts.js'

export const json2: CodecKind = {
  open({ encoding = 'utf-8' }) {
    if (!/^(utf-?8|ascii)$/i.test(String(encoding))) {
      throw new ChunkQLError('unsupported', `json2: the encoding ${jsonText(encoding)}`)
    }
    return textCodec('json2', (source, machine) => textsOfList('json2', parse(bytesOf(source, machine))))
  },
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw damaged('json2', (error as Error).message)
  }
}
