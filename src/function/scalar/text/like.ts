/** LIKE and ILIKE: % stands for any text, _ for any character. */
import { ChunkQLError } from '../../../model/error.js'
import { BOOLEAN, VARCHAR, type Value } from '../../../model/type.js'
import type { Example, ScalarFunction } from '../../definition.js'
import { fixed } from '../../resolve.js'
import { lowerCase } from './letters.js'

/** A pattern as a list: text to be found as it is, any one character, or any text. */
type Step = { readonly kind: 'text'; text: string } | { readonly kind: 'one' } | { readonly kind: 'any' }

function stepsOf(pattern: string, mark: string): Step[] {
  const steps: Step[] = []
  const letters = [...pattern]
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] as string
    const last = steps.at(-1)
    if (letter === mark) {
      i++
      if (i === letters.length) throw new ChunkQLError('value', 'a pattern must not end with its escape character')
    } else if (letter === '%') {
      if (last?.kind !== 'any') steps.push({ kind: 'any' })
      continue
    } else if (letter === '_') {
      steps.push({ kind: 'one' })
      continue
    }
    const text = letters[i] as string
    if (last?.kind === 'text') last.text += text
    else steps.push({ kind: 'text', text })
  }
  return steps
}

/** Greedy with one point to return to: the last `%`. No pattern takes more than pattern times text steps. */
function matches(text: string, steps: readonly Step[]): boolean {
  let [at, step] = [0, 0]
  let [anyAt, anyStep] = [-1, -1]
  while (step < steps.length || at < text.length) {
    const current = steps[step]
    if (current?.kind === 'any') {
      ;[anyAt, anyStep] = [at, step++]
      continue
    }
    const width = current ? widthOf(current, text, at) : -1
    if (width >= 0) {
      at += width
      step++
    } else {
      if (anyStep < 0 || anyAt >= text.length) return false
      anyAt += characterWidth(text, anyAt)
      ;[at, step] = [anyAt, anyStep + 1]
    }
  }
  return true
}

/** How much of the text a step takes, -1 where it does not fit. */
function widthOf(step: Step, text: string, at: number): number {
  if (step.kind === 'text') return text.startsWith(step.text, at) ? step.text.length : -1
  return at < text.length ? characterWidth(text, at) : -1
}

function characterWidth(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

function escapeOf(mark: string): string {
  if ([...mark].length > 1) throw new ChunkQLError('value', `an escape is one character, not '${mark}'`)
  return mark
}

/** Patterns are mostly constant: the last one is kept prepared. */
function matcher(fold: (text: string) => string): (...args: Value[]) => Value {
  let known: { readonly pattern: Value; readonly mark: Value; readonly steps: readonly Step[] } | undefined
  return (text, pattern = '', mark = '') => {
    if (known?.pattern !== pattern || known.mark !== mark) {
      known = { pattern, mark, steps: stepsOf(fold(pattern as string), escapeOf(mark as string)) }
    }
    return matches(fold(text as string), known.steps)
  }
}

function like(name: string, fold: (text: string) => string, summary: string, example: Example): ScalarFunction[] {
  const shared = { summary, category: 'text', evaluate: () => matcher(fold) } as const
  const upper = name.toUpperCase()
  return [
    {
      ...shared,
      name,
      usage: `text ${upper} pattern`,
      resolve: fixed([VARCHAR, VARCHAR], BOOLEAN),
      examples: [example],
    },
    {
      ...shared,
      name: `${name}_escape`,
      summary: `${summary} The escape character makes % and _ stand for themselves.`,
      usage: `text ${upper} pattern ESCAPE character`,
      resolve: fixed([VARCHAR, VARCHAR, VARCHAR], BOOLEAN),
      examples: [{ sql: `'5%' ${upper} '_$%' ESCAPE '$'`, result: 'true' }],
    },
  ]
}

export const likes: readonly ScalarFunction[] = [
  ...like('like', (text) => text, 'Tests a text against a pattern: % stands for any text, _ for one character.', {
    sql: "'hello' LIKE 'h%o'",
    result: 'true',
  }),
  ...like('ilike', lowerCase, 'Tests a text against a pattern as LIKE does, small and capital letters alike.', {
    sql: "'Hello' ILIKE 'h_LLO'",
    result: 'true',
  }),
]
