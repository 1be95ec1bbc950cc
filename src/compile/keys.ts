/** The sink that writes a record of key words per cell, for the hash table. Called by `compile.ts`. */
import { add, type Code, constant, convert, type Emitted, ne, reinterpret, select } from '../model/code.js'
import { frame, keyWords } from '../model/nest.js'
import { type Loops, type SinkCode, word } from './loops.js'
import type { Program } from './program.js'
import { scalar } from './scalar.js'
import type { Scope } from './scope.js'
import { constantOf, get, i32, increase, newLocal, op, set, store, when } from './wasm.js'

/** Bits of the first word. */
export const mostKeys = 64

const zero = constant('i64', 0n)

export function keysSink(loops: Loops): SinkCode {
  const { body, call, program } = loops
  const record = newLocal(body, 'i32')
  const codes = newLocal(body, 'i32')
  const bytes = 8 * keyWords(program.keys.length)
  call.statements.push(set(record, word(body, frame.out)), set(codes, word(body, frame.codes)))
  return {
    enter: [],
    leave: [],
    finish: [],
    advance: (cells) => [increase(record, i32(cells * bytes)), increase(codes, i32(cells * 4))],
    cell: (scope) => {
      const active = program.active ? scalar(program.active, scope) : i32(1)
      // 0 - !active: 0 for active cells, -1 for others.
      scope.statements.push(store('i32.store', get(codes), op('i32.sub', active, i32(1))))
      const words = recordWords(program, scope).map((value, i) => store('i64.store', get(record), value, 8 * i))
      scope.statements.push(when(active, words))
    },
  }
}

function recordWords({ graph, keys }: Program, scope: Scope) {
  const nulls = keys.flatMap(({ valid }, i) => {
    const bit = constant('i64', BigInt.asIntN(64, 1n << BigInt(i)))
    return valid ? [select(valid, zero, bit)] : []
  })
  const first = nulls.length > 0 ? nulls.reduce((a, b) => ({ op: 'or', type: 'i64', args: [a, b] })) : undefined
  const words = keys.map((key) => scalar(graph.intern(keyWord(key)), scope))
  return [first ? scalar(graph.intern(first), scope) : constantOf('i64', 0n), ...words]
}

function keyWord({ value, valid }: Emitted): Code {
  const bits = keyBits(value)
  return valid ? select(valid, bits, zero) : bits
}

/** -0 + 0 is 0, and any NaN becomes the one NaN. */
function keyBits(value: Code): Code {
  if (value.type !== 'f32' && value.type !== 'f64') return convert('i64', value)
  const wide = convert('f64', value)
  return reinterpret('i64', select(ne(wide, wide), constant('f64', Number.NaN), add(wide, constant('f64', 0))))
}
