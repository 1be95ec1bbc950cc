/** The categorize filter of numcodecs: each text is the number of its label, from 1 on; 0 is the empty text. */

import type { Machine } from '../kernel/machine.js'
import { jsonText } from '../model/json-text.js'
import type { CodecKind, Span, TransformCodec } from './codec.js'
import { damaged, wrongLength } from './damage.js'
import { littleEndian, type NumberType, numberType } from './number-type.js'
import { textCodec } from './texts.js'

export const categorize: CodecKind = {
  encodedElement: ({ astype = 'u1' }) => numberType('categorize', 'astype', astype).size,
  open({ labels, dtype, astype = 'u1' }) {
    if (!Array.isArray(labels) || labels.some((label) => typeof label !== 'string')) {
      throw damaged('categorize', 'the labels are no list of texts')
    }
    const type = numberType('categorize', 'astype', astype)
    const texts = ['', ...(labels as string[])]
    if (dtype === '|O' || dtype === 'object') return variable(texts, type)
    const [, order, width] = /^([<>=|]?)U(\d+)$/.exec(String(dtype)) ?? []
    if (width === undefined) throw damaged('categorize', `dtype is ${jsonText(dtype)}, expected text`)
    return fixed(texts, type, Number(width), order !== '>')
  },
}

/** Numbers that are no label's are the empty text. */
function numbersAt(type: NumberType, source: Span, machine: Machine): Float64Array {
  const count = source.length / type.size
  if (!Number.isInteger(count)) throw damaged('categorize', `${source.length} bytes of elements of ${type.size}`)
  const mark = machine.mark()
  const address = littleEndian(type, source, machine)
  const wide = machine.allocate(8 * count)
  machine.kernel.convert_numbers(type.kernel, float64, count, address, wide)
  const numbers = new Float64Array(machine.memory.buffer, wide, count).slice()
  machine.release(mark)
  return numbers
}

const float64 = numberType('categorize', 'float64', 'f8').kernel

function variable(texts: readonly string[], type: NumberType): TransformCodec {
  return textCodec('categorize', (source, machine) =>
    Array.from(numbersAt(type, source, machine), (number) => texts[number] ?? ''),
  )
}

/** UTF-32, padded with zeros, cut to the width. */
function fixed(texts: readonly string[], type: NumberType, width: number, isLittle: boolean): TransformCodec {
  const cell = 4 * width
  const cells = texts.map((text) => utf32(text, width, isLittle))
  return {
    kind: 'transform',
    name: 'categorize',
    decode(source, out, machine) {
      const numbers = numbersAt(type, source, machine)
      const length = numbers.length * cell
      if (length > out.length) throw wrongLength('categorize', length, out.length)
      const { bytes } = machine
      numbers.forEach((number, i) => {
        bytes.set(cells[number] ?? (cells[0] as Uint8Array), out.address + i * cell)
      })
      return length
    },
    encodedLength: (length) => (length / cell) * type.size,
    measure: (source) => Math.ceil(source.length / type.size) * cell,
  }
}

function utf32(text: string, width: number, isLittle: boolean): Uint8Array {
  const cell = new DataView(new ArrayBuffer(4 * width))
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0)
  for (const [i, point] of points.slice(0, width).entries()) cell.setUint32(4 * i, point, isLittle)
  return new Uint8Array(cell.buffer)
}
