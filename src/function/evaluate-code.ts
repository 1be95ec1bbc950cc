/** Runs Code in JavaScript exactly as wasm would: the aggregates of the interpreter, and the judge of what functions emit. */
import type { Code } from '../model/code.js'
import { normal, operation, type Word } from './code-operations.js'
import { type MathName, math } from './math.js'

/** Computes all roots from the inputs, sharing common nodes. The array returned is reused by the next call. */
export function compileCode(roots: readonly Code[]): (inputs: readonly Word[]) => readonly Word[] {
  const slots: Word[] = []
  const steps: Step[] = []
  const places = new Map<Code, number>()
  const outputs = roots.map((root) => place(root, places, slots, steps))
  const results: Word[] = new Array(roots.length)
  return (inputs) => {
    for (const step of steps) step(slots, inputs)
    for (let i = 0; i < outputs.length; i++) results[i] = slots[outputs[i] as number] as Word
    return results
  }
}

type Step = (slots: Word[], inputs: readonly Word[]) => void

/** Gives a node and all below it a slot each; constants are filled in at once. */
function place(code: Code, places: Map<Code, number>, slots: Word[], steps: Step[]): number {
  const known = places.get(code)
  if (known !== undefined) return known
  const args = 'args' in code ? code.args.map((arg) => place(arg, places, slots, steps)) : []
  const slot = slots.length
  places.set(code, slot)
  slots.push(code.op === 'const' ? normal(code.value, code.type) : 0)
  const step = stepOf(code, args, slot)
  if (step) steps.push(step)
  return slot
}

function stepOf(code: Code, args: readonly number[], slot: number): Step | undefined {
  const [a = 0, b = 0, c = 0] = args
  switch (code.op) {
    case 'const':
      return undefined
    case 'input': {
      const { index, type } = code
      return (slots, inputs) => {
        slots[slot] = normal(inputs[index] as Word, type)
      }
    }
    case 'select':
      return (slots) => {
        slots[slot] = (slots[a] ? slots[b] : slots[c]) as Word
      }
    case 'kernel': {
      const call = math(code.name as MathName)
      return (slots) => {
        slots[slot] = call(slots[a] as number, slots[b] as number)
      }
    }
    default: {
      const apply = operation(code)
      return (slots) => {
        slots[slot] = apply(slots[a] as Word, slots[b] as Word)
      }
    }
  }
}
