/** Makes equal code one object, so that what is written twice is computed once, and simplifies on the way. Called by `program.ts` and all bodies. */
import type { Code } from '../model/code.js'
import { simplify } from './simplify.js'

export interface Graph {
  /** The one object that stands for this code and all code equal to it. */
  intern(code: Code): Code
  /** How many different nodes there are so far. */
  size(): number
}

export function createGraph(): Graph {
  const byText = new Map<string, Code>()
  const ids = new Map<Code, number>()
  const seen = new Map<Code, Code>()

  const unique = (code: Code): Code => {
    const text = textOf(code, ids)
    const known = byText.get(text)
    if (known) return known
    byText.set(text, code)
    ids.set(code, ids.size)
    seen.set(code, code)
    return code
  }

  // Emitters share objects, so that a walk without memory would visit a DAG as the tree it unfolds to.
  const intern = (code: Code): Code => {
    const known = seen.get(code)
    if (known) return known
    const own = 'args' in code ? unique({ ...code, args: code.args.map(intern) } as Code) : unique(code)
    const simpler = simplify(own)
    const result = simpler === own ? own : intern(simpler)
    seen.set(code, result)
    seen.set(own, result)
    return result
  }
  return { intern, size: () => ids.size }
}

function textOf(code: Code, ids: ReadonlyMap<Code, number>): string {
  if (code.op === 'const') return `${code.type} ${constantText(code.value)}`
  if (code.op === 'input') return `${code.type} input ${code.index}`
  const args = code.args.map((arg) => ids.get(arg)).join(',')
  const more = code.op === 'kernel' ? code.name : code.op === 'convert' && code.unsigned ? 'unsigned' : ''
  return `${code.type} ${code.op} ${more} ${args}`
}

/** Tells -0 from 0, and bigint from number. */
function constantText(value: number | bigint | boolean): string {
  return Object.is(value, -0) ? '-0' : `${typeof value} ${value}`
}
